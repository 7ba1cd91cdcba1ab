/* SPDX-License-Identifier: MIT */
#include <sys/mman.h>
#include <sys/socket.h>

#include "theft.h"

enum {
	LOOT = 12,      /* descriptors taken into use at a time: more than are ever open at once for a dump */
	OVERLAID = 48,  /* numbers that something else is laid over */
	USES_LIMIT = 6, /* of each */
	PAUSE_LIMIT_US = 1500,
	ROOM_BYTES = 256,
};

/* A file in memory, or a socket whose other end is ours, too, and what must be in it. */
struct loot {
	int descriptor, other; /* other: -1 for a file */
	size_t bytes;
	unsigned char written[ROOM_BYTES];
};

static void close_range_from(int first)
{
	need(!unseen_call(SYS_close_range, first, ~0u, 0, 0), "close_range");
}

static void close_each(int first)
{
	for (int i = first; i < first + OVERLAID; i++)
		unseen_call(SYS_close, i, 0, 0, 0);
}

static void overlay(int first)
{
	for (int i = first; i < first + OVERLAID; i++)
		need(unseen_call(SYS_dup3, 2, i, O_CLOEXEC, 0) == i, "dup3 over %d", i);
	for (int i = first; i < first + OVERLAID; i++)
		need(!unseen_call(SYS_close, i, 0, 0, 0), "%d is still what was laid there", i);
}

static void (*const ways[])(int first) = {closefrom, close_range_from, close_each, overlay};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

static void open_loot(struct loot *loot, bool is_file)
{
	int pair[2] = {-1, -1};

	if (is_file)
		pair[0] = (int)unseen_call(SYS_memfd_create, (long)"loot", MFD_CLOEXEC, 0, 0);
	else
		unseen_call(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, (long)pair);
	need(pair[0] >= 0, "a descriptor of our own");
	*loot = (struct loot){.descriptor = pair[0], .other = pair[1]};
}

static void use_loot(struct loot *loot, struct stress_random *random)
{
	size_t bytes = 1 + stress_below(random, ROOM_BYTES / USES_LIMIT - 1);
	unsigned char *text = loot->written + loot->bytes;

	for (size_t i = 0; i < bytes; i++)
		text[i] = (unsigned char)stress_next(random);
	need(unseen_call(SYS_write, loot->descriptor, (long)text, bytes, 0) == (long)bytes, "written to %d",
	     loot->descriptor);
	loot->bytes += bytes;
}

static void check_loot(struct loot *loot)
{
	unsigned char got[ROOM_BYTES + 1] = {0};
	bool is_file = loot->other < 0;
	long bytes;

	need(!is_file || unseen_call(SYS_lseek, loot->descriptor, 0, SEEK_SET, 0) == 0, "%d is a file",
	     loot->descriptor);
	bytes = unseen_call(SYS_read, is_file ? loot->descriptor : loot->other, (long)got, sizeof(got), 0);
	need(bytes == (long)loot->bytes, "%d holds %ld bytes of %zu", loot->descriptor, bytes, loot->bytes);
	need(!memcmp(got, loot->written, loot->bytes), "%d holds what was written", loot->descriptor);
	need(!unseen_call(SYS_close, loot->descriptor, 0, 0, 0), "%d is still open", loot->descriptor);
	need(is_file || !unseen_call(SYS_close, loot->other, 0, 0, 0), "%d is still open", loot->other);
}

void theft_commit(struct stress_random *random, int first)
{
	unsigned uses = 1 + stress_below(random, USES_LIMIT);
	struct loot loot[LOOT];

	ways[stress_below(random, WAYS)](first);
	for (int i = 0; i < LOOT; i++)
		open_loot(&loot[i], stress_below(random, 2));
	for (unsigned use = 0; use < uses; use++) {
		for (int i = 0; i < LOOT; i++)
			use_loot(&loot[i], random);
		unseen_sleep_us(stress_below(random, PAUSE_LIMIT_US));
	}
	for (int i = 0; i < LOOT; i++)
		check_loot(&loot[i]);
}
