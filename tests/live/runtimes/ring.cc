// SPDX-License-Identifier: MIT
// Waits that are nobody's doing: for a ring's completions, here time-outs, and for one of several words.
#include <cstdint>
#include <cstring>
#include <linux/io_uring.h>
#include <sys/mman.h>

#include "raw_mutex.h"
#include "stage.h"

static int ring = -1;
static io_uring_sqe *entries;
static char *queue;
static io_uring_params params;
static unsigned words[2];

static bool open_ring()
{
	size_t queue_bytes;

	ring = (int)syscall(SYS_io_uring_setup, 4, &params);
	if (ring < 0)
		return false;
	queue_bytes = params.sq_off.array + params.sq_entries * sizeof(unsigned);
	queue = (char *)mmap(nullptr, queue_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	entries = (io_uring_sqe *)mmap(nullptr, params.sq_entries * sizeof(*entries), PROT_READ | PROT_WRITE,
				       MAP_SHARED, ring, IORING_OFF_SQES);
	return queue != MAP_FAILED && entries != MAP_FAILED;
}

// Queues a time-out, whose completion nobody takes out: there are as many as rounds, and room for more.
static void queue_timeout(__kernel_timespec *duration)
{
	unsigned *tail = (unsigned *)(queue + params.sq_off.tail);
	unsigned slot = *tail & (params.sq_entries - 1);

	memset(&entries[slot], 0, sizeof(entries[slot]));
	entries[slot].opcode = IORING_OP_TIMEOUT;
	entries[slot].addr = (uintptr_t)duration;
	entries[slot].len = 1;
	((unsigned *)(queue + params.sq_off.array))[slot] = slot;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
}

SCENE let_time_pass()
{
	stage_have();
	NO_TAIL_CALL();
}

SCENE wait_for_completion()
{
	static unsigned completions;
	__kernel_timespec duration = {0, STAGE_HOLD_MS * 1000000};

	stage_want();
	queue_timeout(&duration);
	syscall(SYS_io_uring_enter, ring, 1, ++completions, IORING_ENTER_GETEVENTS, nullptr, 0L);
	stage_got();
	NO_TAIL_CALL();
}

SCENE wake_a_word()
{
	stage_have();
	syscall(SYS_futex, &words[1], FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
	NO_TAIL_CALL();
}

SCENE wait_for_words()
{
	futex_waitv waits[2] = {};

	for (int i = 0; i < 2; i++) {
		waits[i].uaddr = (uintptr_t)&words[i];
		waits[i].flags = FUTEX_32 | FUTEX_PRIVATE_FLAG;
	}
	stage_want();
	syscall(SYS_futex_waitv, waits, 2, 0, nullptr, CLOCK_MONOTONIC);
	stage_got();
	NO_TAIL_CALL();
}

int main()
{
	if (open_ring())
		PLAY(nobody, io_uring, let_time_pass, wait_for_completion);
	PLAY(nobody, futex, wake_a_word, wait_for_words);
}
