/* SPDX-License-Identifier: MIT */
/* Goal: /proc/PID/stat is understood whatever a program calls itself, and nothing is made of what is no such text. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

#define MIDDLE " 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 "
#define END    " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 "

static void parses(const char *name)
{
	struct process_stat stat = {0};
	char text[512] = "4711 (";

	strcat(strcat(text, name), ") Z" MIDDLE "3 0 98765" END "35584\n");
	ok(process_stat_parse(text, &stat), "the name %s", name);
	is_u64((uint64_t)stat.state, 'Z', "state");
	is_u64(stat.threads, 3, "threads");
	is_u64(stat.start_ticks, 98765, "start");
	is_u64(stat.exit_code, 35584, "exit code");
}

static void check_nonsense(void)
{
	static const char *const texts[] = {"", ")", "1 (x", "1 (x)", "1 (x) ", "1 (x) Z" MIDDLE "3 0", ") Z 1 2 3"};
	struct process_stat stat;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		ok(!process_stat_parse(texts[i], &stat), "'%s' is none", texts[i]);
	ok(process_stat_parse("1 (x) R" MIDDLE "3 0 7", &stat) && stat.start_ticks == 7 && stat.exit_code == 0,
	   "an old kernel tells no exit code");
}

static void check_processes(void)
{
	struct process_stat own, same, child;
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0)
		_exit(7);
	ok(process_stat_read(0, &own) && process_stat_read(getpid(), &same), "this process is there");
	is_u64(own.start_ticks, same.start_ticks, "by its number, too");
	is_u64(process_start_ticks(), own.start_ticks, "it started once");
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	ok(process_stat_read(pid, &child) && child.state == 'Z', "a child that has ended is there");
	is_u64(child.exit_code, 7 << 8, "with its exit code");
	ok(child.start_ticks >= own.start_ticks, "it started later");
	waitpid(pid, NULL, 0);
	ok(!process_stat_read(pid, &child), "then it is gone");
	ok(process_pid_namespace() != 0, "there is a namespace");
}

int main(void)
{
	parses("fake");
	parses("");
	parses(") R 1 2 (3) Z (");
	check_nonsense();
	check_processes();
	return done();
}
