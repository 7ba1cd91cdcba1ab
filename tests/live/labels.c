/* SPDX-License-Identifier: MIT */
/* labels: threads with labels wait for one another. The main thread holds a mutex until two threads wait for it, the first of them
 * longer; then threads that inherit labels, or do not, and a child that goes on with labels, sleep; then one sleeps under more sets of labels than
 * there is room for. Prints how often it slept in the end. With "named": names itself, and waits for the end of its input.
 */
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../contend.h"
#include "known_waits.h"

enum { FIRST_MS = 30, SLEEP_MS = 2, MANY = 1500 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic pid_t waiter_tid;

/* `asleep_in` is where a thread does so, to be told from others. */
#define SLEEP_IN(name)                                                                                                 \
	OWN_FRAME static void name(unsigned us)                                                                        \
	{                                                                                                              \
		usleep(us);                                                                                            \
		NO_TAIL_CALL();                                                                                        \
	}
SLEEP_IN(inherited_sleep)
SLEEP_IN(inherited_twice_sleep)
SLEEP_IN(bare_sleep)
SLEEP_IN(child_sleep)
SLEEP_IN(child_thread_sleep)
SLEEP_IN(child_sleep_later)
SLEEP_IN(many_sleep)

OWN_FRAME static void *wait_labelled(void *endpoint)
{
	contend_label_push("endpoint", "overwritten");
	contend_label_push("endpoint", endpoint);
	contend_label_push("kind", "own");
	atomic_store(&waiter_tid, gettid());
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
	return NULL;
}

static pthread_t start_waiter(const char *endpoint)
{
	pthread_t thread;

	atomic_store(&waiter_tid, 0);
	if (pthread_create(&thread, NULL, wait_labelled, (void *)endpoint))
		abort();
	while (!atomic_load(&waiter_tid))
		t_sleep_ms(1);
	hazard_await_asleep(atomic_load(&waiter_tid));
	return thread;
}

OWN_FRAME static void release_labelled(void)
{
	contend_label_push("endpoint", "/hold");
	contend_label_push("tenant", "acme");
	pthread_mutex_unlock(&mutex);
	contend_label_pop();
	contend_label_pop();
	NO_TAIL_CALL();
}

static void contend_labelled(void)
{
	pthread_t first, second;

	pthread_mutex_lock(&mutex);
	first = start_waiter("/first");
	t_sleep_ms(FIRST_MS);
	second = start_waiter("/second");
	t_sleep_ms(FIRST_MS);
	release_labelled();
	pthread_join(first, NULL);
	pthread_join(second, NULL);
}

static void run_thread(void *(*body)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, NULL))
		abort();
	pthread_join(thread, NULL);
}

static void *sleep_bare(void *unused)
{
	bare_sleep(SLEEP_MS * 1000);
	return unused;
}

static void *sleep_inherited_twice(void *unused)
{
	inherited_twice_sleep(SLEEP_MS * 1000);
	return unused;
}

static void *sleep_inherited(void *unused)
{
	inherited_sleep(SLEEP_MS * 1000);
	contend_label_push("level", "2");
	run_thread(sleep_inherited_twice);
	contend_label_pop();
	return unused;
}

static void inherit(void)
{
	contend_label_push("job", "nightly");
	run_thread(sleep_bare);
	if (contend_labels_inherit(1) != 0 || contend_labels_inherit(-1) != 1)
		abort();
	run_thread(sleep_inherited);
	if (contend_labels_inherit(0) != 1)
		abort();
	run_thread(sleep_bare);
}

static void *sleep_in_thread_of_child(void *unused)
{
	child_thread_sleep(SLEEP_MS * 1000);
	return unused;
}

/* Still under the label of `inherit`, which the child has, too, and pops for itself; the parent pops it before the child has done anything
 * else: what that does first is to make a thread. */
static void fork_child(void)
{
	_Atomic bool *is_popped =
		mmap(NULL, sizeof(*is_popped), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = -1;
	pid_t pid;

	contend_labels_inherit(1);
	contend_label_push("level", "child");
	pid = fork();
	if (!pid) {
		while (!atomic_load(is_popped))
			sched_yield();
		run_thread(sleep_in_thread_of_child);
		child_sleep(SLEEP_MS * 1000);
		if (contend_labels_inherit(1) != 1)
			abort();
		if (contend_label_pop() != 0)
			abort();
		child_sleep_later(SLEEP_MS * 1000);
		exit(contend_label_pop() != 0 || contend_label_pop() != -EINVAL);
	}
	contend_label_pop();
	contend_label_pop();
	contend_labels_inherit(0);
	contend_label_push("level", "parent");
	atomic_store(is_popped, true);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		abort();
	contend_label_pop();
}

static void use_many(void)
{
	char text[32];
	int refused = 0;

	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "%d", i);
		refused += contend_label_push("number", text) == -ENOSPC;
		many_sleep(1);
		contend_label_pop();
	}
	many_sleep(1);
	printf("%d %d\n", MANY + 1, refused);
}

static int be_named(void)
{
	char byte;

	contend_name_thread("a name of more than fifteen bytes\x1b[31m");
	printf("ready\n");
	fflush(stdout);
	return read(STDIN_FILENO, &byte, 1) != 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "named"))
		return be_named();
	contend_labelled();
	inherit();
	fork_child();
	use_many();
	return 0;
}
