/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <sys/mman.h>

#include "hazard/hazard.h"
#include "ledger.h"
#include "unseen.h"

struct ledger *ledger;
struct ledger_process *_Atomic *ledger_mine;

static const char *const kind_names[] = {
#define WAIT_KIND(identifier, name, end, is_idle) [identifier] = name,
#include "wait_kinds.def"
#undef WAIT_KIND
};

void ledger_open(void)
{
	const char *path = getenv("STRESS_LEDGER");
	int file = -1, flags = MAP_SHARED | MAP_ANONYMOUS;
	void *memory;

	if (path) {
		flags = MAP_SHARED;
		file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		need(file >= 0 && !ftruncate(file, sizeof(struct ledger)), "ledger %s", path);
	}
	memory = mmap(NULL, sizeof(struct ledger), PROT_READ | PROT_WRITE, flags, file, 0);
	need(memory != MAP_FAILED, "memory for the ledger");
	if (file >= 0)
		close(file);
	ledger = memory;
	ledger_mine = mmap(NULL, sizeof(*ledger_mine), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	need(ledger_mine != MAP_FAILED && !madvise(ledger_mine, sizeof(*ledger_mine), MADV_WIPEONFORK),
	     "a page that forks wipe");
	ledger_enter_process(); /* here, because its first wait may be made by a vfork child */
}

/* Where it was first looked for, or behind. */
static struct ledger_process *process_of(int32_t pid)
{
	for (unsigned i = 0; i < LEDGER_PROCESSES; i++) {
		struct ledger_process *process = &ledger->processes[((unsigned)pid + i) % LEDGER_PROCESSES];
		int32_t found = 0;

		if (atomic_compare_exchange_strong(&process->pid, &found, pid) || found == pid)
			return process;
	}
	need(false, "%d numbers of processes are enough", LEDGER_PROCESSES);
}

struct ledger_process *ledger_enter_process(void)
{
	struct ledger_process *process = process_of((int32_t)unseen_call(SYS_getpid, 0, 0, 0, 0));

	atomic_store_explicit(ledger_mine, process, memory_order_relaxed);
	return process;
}

void ledger_excuse(int32_t pid, enum wait_kind kind, uint64_t waits)
{
	atomic_fetch_sub(&ledger->kinds[kind].done, waits);
	atomic_fetch_sub(&process_of(pid)->waits.done, waits);
}

static void print_processes(void)
{
	for (int i = 0; i < LEDGER_PROCESSES; i++) {
		struct ledger_process *process = &ledger->processes[i];

		if (process->pid)
			printf("process %" PRId32 " %" PRIu64 " %" PRIu64 "\n", process->pid, process->waits.begun,
			       process->waits.done);
	}
}

enum wait_kind ledger_kind(const char *name)
{
	for (int kind = 0; kind < WAIT_KIND_COUNT; kind++)
		if (!strcmp(kind_names[kind], name))
			return kind;
	need(false, "a kind of wait is called %s", name);
}

void ledger_print(void)
{
	for (int kind = 0; kind < WAIT_KIND_COUNT; kind++)
		if (ledger->kinds[kind].begun)
			printf("kind %s %" PRIu64 " %" PRIu64 "\n", kind_names[kind], ledger->kinds[kind].begun,
			       ledger->kinds[kind].done);
	printf("mixed %" PRIu32 "\n", ledger->is_mixed);
	print_processes();
}
