/* SPDX-License-Identifier: MIT */
/* Goal: what is known of an end becomes the right words, and lines of the kernel's log are understood as it writes them. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "ending_clues.h"
#include "region.h"

#define SIGN(name) (1u << REGION_SIGN_##name)

static void check_words(void)
{
	static const struct {
		struct ending_clues clues;
		const char *words;
	} rows[] = {
		{{0}, "ended without a word (killed, or by a raw system call)"},
		{{.is_before_boot = true, .has_status = true, .status = 9}, "ended before the last boot"},
		{{.is_other_program = true}, "became another program by a raw system call"},
		{{.is_other_program = true, .signs = SIGN(EXEC), .dump_error = ENOSPC},
		 "became another program; its last dump failed: No space left on device"},
		{{.is_closed = true, .signs = SIGN(EXIT)}, "ended by itself"},
		{{.signs = SIGN(EXIT), .dump_error = ENOENT},
		 "ended by itself; its last dump failed: No such file or directory"},
		{{.signs = SIGN(EXIT) | SIGN(DUMP)}, "ended before its last dump was written; it was writing a dump"},
		{{.signs = SIGN(EXIT) | SIGN(DUMP), .dump_error = EIO},
		 "ended before its last dump was written; it was writing a dump; its last dump failed: Input/output error"},
		{{.signs = SIGN(EXIT), .has_status = true, .status = SIGKILL},
		 "killed by SIGKILL; it had begun to end by itself"},
		{{.has_status = true, .status = 0}, "exit status 0"},
		{{.has_status = true, .status = 3 << 8}, "exit status 3"},
		{{.has_status = true, .status = SIGSEGV | 0x80}, "killed by SIGSEGV (core dumped)"},
		{{.has_status = true, .status = SIGSEGV, .kernel = "killed by a fault: segfault at 0"},
		 "killed by a fault: segfault at 0"},
		{{.core = "/cores/c", .core_signal = SIGBUS}, "killed by SIGBUS, core in /cores/c"},
		{{.core = "/cores/c"}, "crashed, core in /cores/c"},
		{{.signs = SIGN(ABORT)}, "killed by SIGABRT, most likely; it had called abort()"},
		{{.signs = SIGN(ABORT), .has_status = true, .status = SIGTERM},
		 "killed by SIGTERM; it had called abort()"},
		{{.signs = SIGN(EXEC), .has_status = true, .status = SIGSEGV, .kernel = "killed"},
		 "became another program, most likely"},
		{{.signs = SIGN(SANDBOX)},
		 "ended, in whatever way; it had put a seccomp filter on itself, under which nothing is written"},
		{{.signs = UINT32_MAX << REGION_SIGN_COUNT, .dump_error = 100000},
		 "ended without a word (killed, or by a raw system call); its last dump failed: for an unknown reason"},
	};
	char words[ENDING_WORDS_BYTES];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ending_tell(&rows[i].clues, words, sizeof(words));
		is_str(words, rows[i].words, "%s", rows[i].words);
	}
}

static void check_room(void)
{
	struct ending_clues clues = {.signs = UINT32_MAX, .dump_error = ENOSPC};
	char words[ENDING_WORDS_BYTES], guarded[24] = "";

	ending_tell(&clues, words, sizeof(words));
	ok(strlen(words) + 64 < sizeof(words), "all words at once have room");
	guarded[20] = 'x';
	ending_tell(&clues, guarded, 20);
	ok(strlen(guarded) == 19 && guarded[20] == 'x', "words are cut where there is none");
	ending_tell_status(SIGRTMIN, words, sizeof(words));
	ok(strncmp(words, "killed by ", 10) == 0 && words[10], "a signal without a name: %s", words);
}

static void says(const char *message, int id, const char *words)
{
	struct ending_line line = {0};
	char record[600];

	snprintf(record, sizeof(record), "4,1234,567890,-;%s\n SUBSYSTEM=x\n DEVICE=y\n", message);
	if (!words) {
		ok(!ending_parse_kernel_line(record, &line), "says nothing: %s", message);
		return;
	}
	ok(ending_parse_kernel_line(record, &line), "is understood: %s", message);
	is_u64((uint64_t)line.time_us, 567890, "its time");
	is_u64((uint64_t)line.id, (uint64_t)id, "of whom");
	is_str(line.words, words, "and what: %s", words);
}

static void check_kernel_lines(void)
{
	says("exit_ways[16427]: segfault at 0 ip 000055a6bb6da50d sp 00007ffc4a0a83c0 error 6 in exit_ways[150d,55a6bb6da000+1000] likely on CPU 1 (core 1, socket 0)",
	     16427, "killed by a fault: segfault at 0 ip 000055a6bb6da50d");
	says("a[1] b[77]: segfault at 10 ip 0000000000000012 sp 00007ffc4a0a83c0 error 4 likely on CPU 0", 77,
	     "killed by a fault: segfault at 10 ip 0000000000000012");
	says("traps: server[4711] general protection fault ip:401136 sp:7ffd1e5b5d50 error:0 in server[401000+1000]",
	     4711, "killed by a fault: general protection fault ip:401136");
	says("traps: server[4711] trap invalid opcode ip:55 sp:7f error:0 in server[55a+1000]", 4711,
	     "killed by a fault: trap invalid opcode ip:55");
	says("Out of memory: Killed process 815 (mysqld) total-vm:123kB, anon-rss:1kB, UID:0 pgtables:1kB oom_score_adj:0",
	     815, "killed by the kernel: out of memory");
	says("Memory cgroup out of memory: Killed process 816 (java) total-vm:123kB", 816,
	     "killed by the kernel: out of memory of its cgroup");
	says("audit: type=1326 audit(1700000000.123:45): auid=0 uid=0 gid=0 ses=1 pid=99 comm=\"x\" exe=\"/x\" sig=31 arch=c000003e syscall=39 compat=0 ip=0x7f code=0x80000000",
	     99, "killed by its seccomp filter at system call 39");
	says("audit: type=1326 audit(1.2:3): pid=99 comm=\"x\" sig=0 arch=c000003e syscall=39", 0, NULL);
	says("Code: 8d 35 d6 0b 00 00 48 89 df e8 9f fc ff", 0, NULL);
	says("usb 1-1: new high-speed USB device number 2 spread over", 0, NULL);
	says("traps: [] sp", 0, NULL);
	says("traps: x[y] trap ip:1 sp:2", 0, NULL);
	says("x[5: segfault at 1 ip 2 sp 3", 0, NULL);
	says("segfault at 1 ip 2 sp 3", 0, NULL);
	says("Out of memory: Killed process -1 (x)", 0, NULL);
	says("", 0, NULL);
}

static void check_odd_records(void)
{
	static const char *const odd[] = {"", ";", "x;Killed process 1 (x)", "1,2,3,-Killed process 1 (x)",
					  "1,2;Killed process 1 (x)"};
	struct ending_line line;
	char record[3000];

	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		ok(!ending_parse_kernel_line(odd[i], &line), "no record: %s", odd[i]);
	snprintf(record, sizeof(record), "1,2,3,-;traps: x[5] %02500d sp:1", 0);
	ok(!ending_parse_kernel_line(record, &line), "a line that is too long");
	snprintf(record, sizeof(record), "1,2,3,-;traps: x[5] %0400d sp:1", 0);
	ok(ending_parse_kernel_line(record, &line) && strlen(line.words) == sizeof(line.words) - 1,
	   "long words are cut");
}

static void check_core_names(void)
{
	static const uint64_t boot[2] = {0x0123456789abcdef, 0xfedcba9876543210};
	static const char name[] = "core.my\\x2eprog.1000.0123456789abcdeffedcba9876543210.4711.1700000000000000.zst";

	ok(ending_is_core_name(name, 1000, boot, 4711), "a core of that process");
	ok(!ending_is_core_name(name, 1001, boot, 4711), "not of another user's");
	ok(!ending_is_core_name(name, 1000, boot, 711), "not of another process");
	ok(!ending_is_core_name(name, 1000, (uint64_t[]){1, 2}, 4711), "not of another boot");
	ok(!ending_is_core_name(name + 1, 1000, boot, 4711), "not another file");
}

int main(void)
{
	check_words();
	check_room();
	check_kernel_lines();
	check_odd_records();
	check_core_names();
	return done();
}
