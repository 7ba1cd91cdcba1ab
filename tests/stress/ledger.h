/* SPDX-License-Identifier: MIT */
/* ledger: how many waits of each kind a storm's processes made, and how many each of them: what the profiles are compared with.
 *
 * In a file (STRESS_LEDGER) that all processes of a run map: it survives forks, execs and kills.
 * Called from   any thread of any process, signal handlers included.
 */
#ifndef CONTEND_TESTS_STRESS_LEDGER_H
#define CONTEND_TESTS_STRESS_LEDGER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define LEDGER_PROCESSES 65536 /* numbers of processes, which may have several after each other */

enum wait_kind {
#define WAIT_KIND(identifier, name, end, is_idle) identifier,
#include "wait_kinds.def"
#undef WAIT_KIND
	WAIT_KIND_COUNT
};

struct ledger_entry {
	_Atomic uint64_t begun; /* events that there may be */
	_Atomic uint64_t done;  /* events that there must be */
};

/* All that ran under this number; a vfork child's waits are its parent's, whose memory it has. */
struct ledger_process {
	_Atomic int32_t pid; /* 0: free */
	struct ledger_entry waits;
};

struct ledger {
	struct ledger_entry kinds[WAIT_KIND_COUNT];
	_Atomic uint32_t is_mixed; /* there were waits, too, that are not in here: outside certain_wait */
	struct ledger_process processes[LEDGER_PROCESSES];
};

extern struct ledger *ledger;

/* Points to this process's entry, NULL before its first wait: a page that forks wipe. */
extern struct ledger_process *_Atomic *ledger_mine;
struct ledger_process *ledger_enter_process(void);

/* Maps the file, or memory of this process and its children if STRESS_LEDGER is not set. Once, first of all. */
void ledger_open(void);

static inline struct ledger_process *ledger_process(void)
{
	struct ledger_process *process = atomic_load_explicit(ledger_mine, memory_order_relaxed);

	return process ? process : ledger_enter_process();
}

static inline void ledger_begin(enum wait_kind kind)
{
	atomic_fetch_add_explicit(&ledger->kinds[kind].begun, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&ledger_process()->waits.begun, 1, memory_order_relaxed);
}

static inline void ledger_done(enum wait_kind kind)
{
	atomic_fetch_add_explicit(&ledger->kinds[kind].done, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&ledger_process()->waits.done, 1, memory_order_relaxed);
}

/* Waits happen that are events or not, as chance has it: only stacks below certain_wait can be compared. */
static inline void ledger_mix(void)
{
	atomic_store_explicit(&ledger->is_mixed, 1, memory_order_relaxed);
}

/* The kind of that name, as profiles show it. */
enum wait_kind ledger_kind(const char *name);

/* A process has said that it could not write its profiles: so many of its waits need not be in any. */
void ledger_excuse(int32_t pid, enum wait_kind kind, uint64_t waits);

/* Prints "kind NAME BEGUN DONE" lines, "mixed 0" or "mixed 1", and "process PID BEGUN DONE" lines. */
void ledger_print(void);

#endif
