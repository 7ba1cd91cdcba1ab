/* SPDX-License-Identifier: MIT */
/* every_instruction_calls: the other calls for every_instruction, and the list of all. */
#ifndef CONTEND_TESTS_EVERY_INSTRUCTION_CALLS_H
#define CONTEND_TESTS_EVERY_INSTRUCTION_CALLS_H

#include <dlfcn.h>

#include "contend.h"
#include "every_instruction_locks.h"

static void calls_read(void)
{
	char byte;

	need(read(calls.ends[0], &byte, 1) == 1, "read");
}

static void calls_write(void)
{
	need(write(calls.ends[1], "", 1) == 1, "write");
}

static void calls_pipe(void)
{
	calls_let_wait(1, calls_read, calls_write);
}

static void calls_cancelled(void)
{
	pthread_t thread = hazard_start(calls_thread, (void *)calls_read);

	calls_mark(NULL);
	need(!pthread_cancel(thread), "cancel");
	hazard_join(thread);
}

static void calls_wait_in_plugin(void)
{
	need(!calls.plugin_wait(&calls.mutex), "lock");
}

/* Code that is new, and goes away. */
static void calls_plugin(void)
{
	void *plugin = dlopen("dlclose_plugin.so", RTLD_NOW);

	need(plugin, "plug-in: %s", dlerror());
	calls.plugin_wait = (int (*)(void *))dlsym(plugin, "plugin_wait");
	calls_lock();
	calls_let_wait(1, calls_wait_in_plugin, calls_unlock);
	need(!dlclose(plugin), "unloaded");
}

static void calls_sleep(void)
{
	hazard_sleep_us(1000);
}

static void calls_handle(int number)
{
	(void)number;
	calls_sleep();
}

/* A wait in a signal handler that interrupts a wait. */
static void calls_interrupted(void)
{
	struct sigaction action = {.sa_handler = calls_handle, .sa_flags = SA_RESTART};
	pthread_t thread = hazard_start(calls_thread, (void *)calls_read);

	sigaction(SIGUSR1, &action, NULL);
	calls_mark(NULL);
	need(!pthread_kill(thread, SIGUSR1), "signal");
	calls_mark(NULL);
	calls_write();
	hazard_join(thread);
}

static void calls_thread_alone(void)
{
	hazard_join(hazard_start(calls_thread, (void *)calls_nothing));
}

static void calls_labels(void)
{
	need(!contend_label_push("checked", calls.is_checked ? "yes" : "no"), "label");
	need(!contend_label_push("second", "1"), "label");
	need(!contend_label_pop() && !contend_label_pop(), "labels");
}

static void calls_labelled_mutex(void)
{
	need(!contend_label_push("beside", calls.is_checked ? "yes" : "no"), "label");
	contend_labels_inherit(1);
	calls_mutex();
	contend_labels_inherit(0);
	need(!contend_label_pop(), "labels");
}

static void calls_names(void)
{
	need(!contend_name_lock(&calls.mutex, calls.is_checked ? "second" : "first"), "name");
	need(!contend_name_thread("main"), "name");
	calls_mutex();
	need(!contend_name_lock(&calls.mutex, NULL), "name taken away");
}

static void calls_knobs(void)
{
	need(contend_set_mutex_fraction(1) == 1 && contend_set_block_rate(1) == 1, "knobs");
}

static void calls_reset(void)
{
	need(!contend_reset(), "reset");
}

static const struct {
	const char *name;
	calls_body *body;
} calls_list[] = {
	{"thread", calls_thread_alone},
	{"free mutex", calls_lock_and_unlock},
	{"trylock", calls_trylock},
	{"mutex", calls_mutex},
	{"mutex, two waiters", calls_mutex_two},
	{"mutex, timed out", calls_mutex_timed},
	{"condition", calls_cond},
	{"condition, two waiters", calls_cond_two},
	{"condition, timed out", calls_cond_timed},
	{"read locks", calls_readers},
	{"write lock", calls_writer},
	{"semaphore", calls_semaphore},
	{"semaphore as a lock", calls_semaphore_as_lock},
	{"barrier", calls_barrier},
	{"futex", calls_futex},
	{"pipe", calls_pipe},
	{"read, cancelled", calls_cancelled},
	{"read, interrupted", calls_interrupted},
	{"sleep", calls_sleep},
	{"labels", calls_labels},
	{"mutex with labels", calls_labelled_mutex},
	{"names", calls_names},
	{"mutex destroyed and made", calls_destroy},
	{"plug-in", calls_plugin},
	{"knobs", calls_knobs},
	{"reset", calls_reset},
};

enum {
	CALLS_LISTED = sizeof(calls_list) / sizeof(*calls_list),
	CALLS_COUNT = CALLS_LISTED + 2, /* with the first thread and the end */
};

static void calls_check(const char *name, calls_body *body)
{
	calls.is_checked = true;
	calls_mark(name);
	calls_second(body);
	calls_mark("");
	calls.is_checked = false;
}

static int calls_make_all(void)
{
	need(!pipe(calls.ends) && !sem_init(&calls.semaphore, 0, 0) && !pthread_barrier_init(&calls.barrier, NULL, 2),
	     "made");
	raise(SIGTRAP);
	calls_check("first thread", calls_thread_alone);
	for (unsigned i = 0; i < CALLS_LISTED; i++) {
		calls_first(calls_list[i].body);
		calls_check(calls_list[i].name, calls_list[i].body);
	}
	calls_mark("end");
	return 0;
}

#endif
