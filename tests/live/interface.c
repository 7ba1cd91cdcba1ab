/* SPDX-License-Identifier: MIT */
/* interface PREFIX: calls every function of contend.h, in C or C++, and prints what each returns: "NAME VALUE". With "child" in place of
 * a prefix: in a child that no fork handler has seen, and then in the process itself. With "reset": see there. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../contend.h"

static int wrong_errno;

/* Whatever the call, errno is what it was. */
static void say(const char *name, long value)
{
	wrong_errno += errno != ELOOP;
	printf("%s %ld\n", name, value);
	fflush(stdout);
	errno = ELOOP;
}

static void set_both(void)
{
	say("fraction", contend_set_mutex_fraction(-1));
	say("set_fraction", contend_set_mutex_fraction(3));
	say("fraction_then", contend_set_mutex_fraction(-1));
	say("rate", (long)contend_set_block_rate(-1));
	say("set_rate", (long)contend_set_block_rate(20));
	say("rate_then", (long)contend_set_block_rate(-1));
}

static void name_locks(void)
{
	static int lock;

	say("name", contend_name_lock(&lock, "cache"));
	say("name_away", contend_name_lock(&lock, (const char *)0));
	say("name_nothing", contend_name_lock((const void *)0, "cache"));
}

static void dump(const char *prefix)
{
	usleep(2000);
	say("dump", contend_dump(prefix));
	say("dump_again", contend_dump(prefix));
	say("dump_nowhere", contend_dump("/nonexistent/prefix"));
	say("dump_unnamed", contend_dump(""));
	say("dump_as_usual", contend_dump((const char *)0));
	say("reset", contend_reset());
	usleep(3000);
	say("dump_after", contend_dump((const char *)0));
}

static void label(void)
{
	say("pop_none", contend_label_pop());
	say("push", contend_label_push("key", "value"));
	say("push_nothing", contend_label_push("", "value"));
	say("pop", contend_label_pop() + contend_label_pop());
#ifdef __cplusplus
	{
		contend_label scope("key", "value");
	}
#endif
	say("pop_too_many", contend_label_pop());
	say("inherit", contend_labels_inherit(1));
	say("inherit_again", contend_labels_inherit(0));
	say("name_thread", contend_name_thread("interface"));
}

static int be_child(void)
{
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	int status = 1;

	if (pid == 0) {
		say("child_set_fraction", contend_set_mutex_fraction(99));
		say("child_set_rate", (long)contend_set_block_rate(999));
		say("child_fraction", contend_set_mutex_fraction(-1));
		_exit(0);
	}
	waitpid((pid_t)pid, &status, 0);
	say("fraction", contend_set_mutex_fraction(-1));
	say("rate", (long)contend_set_block_rate(-1));
	getchar(); /* until others have seen what its region says */
	return status;
}

static void sleep_times(int times)
{
	for (int i = 0; i < times; i++)
		usleep(1000);
	errno = ELOOP;
}

/* For each line of input: forgets all and sleeps twice. */
static int reset_often(void)
{
	sleep_times(5);
	say("slept", 5);
	while (getchar() != EOF) {
		errno = ELOOP;
		say("reset", contend_reset());
		sleep_times(2);
		say("slept", 2);
	}
	return 0;
}

int main(int argc, char **argv)
{
	errno = ELOOP;
	say("active", contend_is_active());
	if (argc > 1 && !strcmp(argv[1], "child"))
		return be_child();
	if (argc > 1 && !strcmp(argv[1], "reset"))
		return reset_often();
	set_both();
	name_locks();
	label();
	dump(argc > 1 ? argv[1] : "interface");
	say("wrong_errno", wrong_errno);
	return 0;
}
