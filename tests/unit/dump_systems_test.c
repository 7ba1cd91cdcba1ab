/* SPDX-License-Identifier: MIT */
/* Goal: a dump is whole or not there under any umask, with few descriptors, when the process is killed, and with kernels and
 * file systems that can do less. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "fake_region.h"
#include "snapshot.h"
#include "dump.h"

static struct dump_result result;
static struct snapshot *snapshot;

static unsigned files_here(void)
{
	DIR *stream = opendir(".");
	unsigned count = 0;

	while (readdir(stream))
		count++;
	closedir(stream);
	return count - 2;
}

/* In a process of its own, with `change` made before: the status that it ends with. */
static int dump_in_child(bool (*change)(void))
{
	struct dump_request request = {.pattern = "c.%n", .directory = "", .root = ""};
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(change() ? dump_write(snapshot, &request, &result) != 0 : 99);
	waitpid(pid, &status, 0);
	return status;
}

static bool leave_one_descriptor(void)
{
	int lowest = open("/dev/null", O_RDONLY);
	struct rlimit limit = {.rlim_cur = lowest + 1, .rlim_max = lowest + 1};

	close(lowest);
	return lowest >= 0 && setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static bool leave_no_descriptor(void)
{
	struct rlimit limit = {0};

	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static bool mask_everything(void)
{
	umask(0777);
	return true;
}

static void check_few_descriptors(void)
{
	unsigned files = files_here();

	is_u64(dump_in_child(leave_one_descriptor), 0, "one descriptor suffices");
	is_u64(files_here() - files, PROFILE_COUNT, "for all files");
	ok(dump_in_child(leave_no_descriptor) != 0, "none does not");
	is_u64(files_here() - files, PROFILE_COUNT, "and nothing is left");
}

static void check_mode(void)
{
	struct stat status;

	is_u64(dump_in_child(mask_everything), 0, "a dump under any umask");
	ok(stat("c.1.mutex.pb.gz", &status) == 0 && (status.st_mode & 07777) == 0600,
	   "can be read by its owner and nobody else");
}

/* From now on the kernel answers so (SECCOMP_RET_...) to every call of that number whose argument has all `bits`. */
static bool answer(uint32_t number, int argument, uint32_t bits, uint32_t action)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, args[argument])),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, bits, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

enum { FLAGS_OF_OPENAT = 2, FLAGS_OF_LINKAT = 4, NO_ARGUMENT = 0 };

static bool die_before_writing(void)
{
	return answer(SYS_write, NO_ARGUMENT, 0, SECCOMP_RET_KILL_PROCESS);
}

static bool die_before_naming(void)
{
	return answer(SYS_linkat, NO_ARGUMENT, 0, SECCOMP_RET_KILL_PROCESS);
}

static void check_killed(void)
{
	unsigned files = files_here();
	int status = dump_in_child(die_before_writing);

	ok(WIFSIGNALED(status), "killed when the file is made");
	is_u64(files_here(), files, "nothing is left");
	status = dump_in_child(die_before_naming);
	ok(WIFSIGNALED(status), "killed when all is written");
	is_u64(files_here(), files, "nothing is left");
}

static bool die_before_renaming(void)
{
	return answer(SYS_renameat2, NO_ARGUMENT, 0, SECCOMP_RET_KILL_PROCESS);
}

/* A file that lost its only name cannot get another: the names are looked at before. */
static void check_taken(void)
{
	unsigned files;

	ok(close(open("c.2.block.pb.gz", O_CREAT | O_EXCL | O_RDWR, 0600)) == 0, "the second name is taken");
	files = files_here();
	is_u64(dump_in_child(die_before_renaming), 0, "no temporary name is needed for that");
	is_u64(files_here() - files, PROFILE_COUNT, "the next number is");
}

static bool be_an_older_kernel(void)
{
	return answer(SYS_linkat, FLAGS_OF_LINKAT, AT_EMPTY_PATH, SECCOMP_RET_ERRNO | ENOENT);
}

static bool be_without_proc(void)
{
	return answer(SYS_linkat, NO_ARGUMENT, 0, SECCOMP_RET_ERRNO | ENOENT);
}

static bool be_another_file_system(void)
{
	return answer(SYS_openat, FLAGS_OF_OPENAT, O_TMPFILE, SECCOMP_RET_ERRNO | EOPNOTSUPP) &&
	       answer(SYS_renameat2, NO_ARGUMENT, 0, SECCOMP_RET_ERRNO | EINVAL);
}

static void check_other_systems(void)
{
	static const struct {
		bool (*change)(void);
		const char *words;
	} systems[] = {{be_an_older_kernel, "an older kernel"},
		       {be_without_proc, "an older kernel without /proc"},
		       {be_another_file_system, "a file system that has neither unnamed files nor exclusive renames"}};

	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++) {
		unsigned files = files_here();

		is_u64(dump_in_child(systems[i].change), 0, "a dump with %s", systems[i].words);
		is_u64(files_here() - files, PROFILE_COUNT, "all files and nothing else");
	}
}

static void take(void)
{
	struct region *region = fake_region_new();
	struct snapshot_moment moment = FAKE_MOMENT;
	uint64_t frames[] = {frame_make(FRAME_MODULE_UNKNOWN, 0xdead00), frame_make(FRAME_MODULE_UNKNOWN, 0xbeef00)};

	fake_region_sample(PROFILE_MUTEX, WAIT_MUTEX, frames, 2, 7, 7000000);
	fake_region_sample(PROFILE_BLOCK, WAIT_MUTEX, frames, 2, 7, 7000000);
	ok(snapshot_take(region, FAKE_REGION_BYTES, &moment, &snapshot) == 0, "the region is copied");
	free(region);
}

int main(void)
{
	char directory[] = "dump-XXXXXX";

	if (!mkdtemp(directory) || chdir(directory))
		return 1;
	take();
	check_few_descriptors();
	check_mode();
	check_killed();
	check_taken();
	check_other_systems();
	snapshot_drop(snapshot);
	return done();
}
