/* SPDX-License-Identifier: MIT */
/* region: the memory of one profiled process that others can read: all tables, in one shared mapping.
 *
 * Called from   the constructor, fork children, thread creation. Readers (report/) map it in any process.
 * Memory        config.memory_bytes of address space; what is used is reserved first (posix_fallocate), so that a full
 *               tmpfs is an error that we see and not a SIGBUS in the application. A part at start, the rest when the
 *               process becomes multithreaded.
 * File          <region_dir>/contend-<uid>/<pid>.<start>.<n>, 0600 in a 0700 directory, created exclusively, no links
 *               followed, descriptor closed at once. Without a usable directory: anonymous memory, invisible from outside.
 * Life          removed after the last dump of a clean exit. What a killed process left is read by the tool.
 * Fork          a child calls region_create again: a fresh region at the same addresses.
 */
#ifndef CONTEND_REGION_H
#define CONTEND_REGION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "frame_rule.h"
#include "governor.h"
#include "labels.h"
#include "lock_table.h"
#include "losses.h"
#include "modules.h"
#include "overhead.h"
#include "region_reset.h"
#include "sample_table.h"
#include "thread.h"
#include "waiters.h"
#include "wish.h"

#define REGION_MAGIC   UINT64_C(0x31646e65746e6f63) /* "contend1" */
#define REGION_VERSION 9                            /* of all layouts below; a reader refuses any other */

#define REGION_PATH_BYTES 4096

/* What befalls the process, for those who find its region. */
enum region_sign {
#define REGION_SIGN(identifier, words) identifier,
#include "region_signs.def"
#undef REGION_SIGN
	REGION_SIGN_COUNT
};

/* Who this region is about. Constant once magic is set, but where marked. */
struct region_header {
	_Atomic uint64_t magic; /* set last */
	uint32_t version;
	int32_t pid;
	uint64_t bytes;          /* of the whole region */
	uint64_t process_start;  /* clock ticks after boot, field 22 of /proc/pid/stat; 0: not known */
	uint64_t pid_namespace;  /* its inode: `pid` is a number of that namespace; 0: not known */
	uint64_t boot_id[2];     /* which boot the clock anchors belong to; 0: not known */
	int64_t started_wall_ns; /* since 1970 */
	uint32_t clock_source;   /* enum clock_source */
	uint32_t depth;          /* frames per stack */
	uint32_t profiles;       /* bit N: profile N is kept */
	uint32_t has_histogram;  /* 1: samples are told apart by how long it took */
	uint32_t hold_rate;      /* one acquisition in so many is timed; 0: none */
	struct clock_anchor started;
	struct clock_anchor early; /* a second one, soon after, for reports after a reboot */
	_Atomic uint64_t
		ns_per_tick; /* a double's bits; set once, by the first report, for all later ones; 0: none yet */
	_Atomic uint64_t
		shown_until_ticks; /* reports have shown waits in progress up to here (shown.h); grows at run time */
	_Atomic uint32_t mutex_fraction;   /* changes at run time */
	_Atomic int64_t block_rate_ns;     /* changes at run time */
	_Atomic uint32_t dump_sequence;    /* number of the next dump */
	_Atomic uint32_t closed;           /* 1: the process ended or became another program, after its last dump */
	_Atomic uint32_t signs;            /* bit N: enum region_sign N holds; changes at run time */
	_Atomic uint32_t dump_error;       /* errno of the last dump, 0 if it succeeded; changes at run time */
	uint32_t dump_signal;              /* which was found free for dumps when the process started; 0: none */
	struct wish_words wish;            /* changes at run time, from outside too */
	char program[REGION_PATH_BYTES];   /* absolute path of the executable, "" if it cannot be told */
	char directory[REGION_PATH_BYTES]; /* absolute; where the process started, "" if it cannot be told */
	char out[REGION_PATH_BYTES];       /* the output pattern */
};

struct region {
	struct region_header header;
	struct losses losses;
	struct region_reset reset;
	struct overhead overhead;
	struct governor governor;
	struct modules modules;
	struct label_table labels;
	_Alignas(64) struct waiters waiters;
	_Alignas(64) struct lock_table locks;
	_Alignas(64) struct frame_rules frame_rules;
	_Alignas(64) struct thread_table threads;
	_Alignas(64) struct sample_table samples; /* last: its slots and arena follow; then the thread records */
};

/* Makes this process's region and hands each table to its module; needs config and clock. True on success, anonymous
 * memory included; false: we cannot record. In a forked child: replaces the parent's mapping at the same address. Only raw
 * system calls: may run in a signal handler. Not twice at the same time. */
bool region_create(void);

/* In a forked child that will make its region later: it starts in the directory where it is now. */
void region_begin_here(void);

/* Reserves what region_create left: call when a second thread is about to exist. Once is enough; more is harmless. */
void region_reserve_all(void);

/* This process's region, or NULL before the first region_create. */
struct region *region_mine(void);

/* Not so in a signal handler that interrupts region_create in a forked child. After it. */
bool region_is_ready(void);

/* Absolute path of the file, "" when the memory is anonymous. */
const char *region_path(void);

/* The program's signal for dumps is ours, in children too. Once, before there are threads. */
void region_set_dump_signal(int signal);

/* A sign holds from now on, or does not any more. Any context. */
void region_set_sign(enum region_sign sign);
void region_clear_sign(enum region_sign sign);

/* May the file stay, because the last dump failed? Not where it takes the memory that others need: when the file system is
 * more than half full. Where the file is out of reach (chroot) it stays anyway. */
bool region_may_stay(void);

/* Marks the region closed and removes its file; the memory stays usable. After the last dump. False: the file cannot be
 * removed (a server that gave up root). */
bool region_close(void);

/* What region_close said is not so: the process goes on. Its file stays removed. */
void region_reopen(void);

/* Gives the memory of the samples back: of a process that ends and cannot remove its file. */
void region_forget_samples(void);

#endif
