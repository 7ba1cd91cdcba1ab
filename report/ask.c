/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"
#include "kernel.h"

enum { PAGE_BYTES = 4096, NAP_NS = 5000000 };

#define WORDS_OFFSET offsetof(struct region, header.wish)

_Static_assert(WORDS_OFFSET + sizeof(struct wish_words) <= PAGE_BYTES, "the words lie in the region's first page");

struct asking {
	const struct region_file *file;
	const struct wish_words
		*words; /* mapped, so that the kernel finds the futexes; never read: the file may be cut */
	int64_t until_ns;
	void (*made)(void *argument); /* or NULL */
	void *argument;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static bool is_over(const struct asking *asking)
{
	return now_ns() >= asking->until_ns;
}

static int read_at(const struct asking *asking, size_t offset, void *out_bytes, size_t bytes)
{
	ssize_t count = pread(asking->file->descriptor, out_bytes, bytes, (off_t)offset);

	if (count < 0)
		return -errno;
	return count == (ssize_t)bytes ? 0 : -EBADMSG;
}

static int write_word(int writable, size_t offset, const void *word, size_t bytes)
{
	ssize_t count = pwrite(writable, word, bytes, (off_t)(WORDS_OFFSET + offset));

	if (count < 0)
		return -errno;
	return count == (ssize_t)bytes ? 0 : -EIO;
}

static void nap(void)
{
	struct timespec time = {.tv_nsec = NAP_NS};

	nanosleep(&time, NULL);
}

static int lock(const struct asking *asking)
{
	while (flock(asking->file->descriptor, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK)
			return -errno;
		if (is_over(asking))
			return -EBUSY;
		nap();
	}
	return 0;
}

/* What an asker before us did not get, we ask for, too; what one that died left half written, nobody does. */
static void take_over(const struct wish_words *words, struct wish *wish)
{
	uint32_t number = atomic_load(&words->number), open = 0;

	if (number % 2 == 0 && number != atomic_load(&words->answered))
		open = atomic_load(&words->wanted) & ((1u << WISH_COUNT) - 1) & ~wish->wanted &
		       ~(uint32_t)WISH_SIGNALLED;
	if (open & WISH_FRACTION)
		wish->fraction = (int32_t)atomic_load(&words->fraction);
	if (open & WISH_BLOCK_RATE)
		wish->block_rate_ns = atomic_load(&words->block_rate_ns);
	wish->wanted |= open;
	wish->number = (number | 1) + 1;
}

#define WRITE(writable, member, word) write_word(writable, offsetof(struct wish_words, member), &(word), sizeof(word))

/* The number is odd as long as the rest is not whole. */
static int write_wish(int writable, const struct wish *wish)
{
	uint32_t unfinished = wish->number - 1;
	int error = WRITE(writable, number, unfinished);

	if (!error)
		error = WRITE(writable, wanted, wish->wanted);
	if (!error)
		error = WRITE(writable, fraction, wish->fraction);
	if (!error)
		error = WRITE(writable, block_rate_ns, wish->block_rate_ns);
	return error ? error : WRITE(writable, number, wish->number);
}

static int make_wish(const struct asking *asking, struct wish *wish)
{
	int writable = region_file_open_to_write(asking->file);
	struct wish_words words;
	int error;

	if (writable < 0)
		return writable;
	error = read_at(asking, WORDS_OFFSET, &words, sizeof(words));
	if (!error) {
		take_over(&words, wish);
		error = write_wish(writable, wish);
	}
	KERNEL_CALL(close, writable); /* at once: a file that is open so looks as if its process lived */
	return error;
}

/* The helper may be about to fall asleep: it is woken again and again, until there is an answer. */
static void wake(const struct asking *asking)
{
	uint32_t signs;

	if (read_at(asking, offsetof(struct region, header.signs), &signs, sizeof(signs)) == 0 &&
	    !(signs >> REGION_SIGN_SANDBOX & 1))
		KERNEL_CALL(futex, &asking->words->wakes, FUTEX_WAKE, INT_MAX);
}

static int await_answer(const struct asking *asking, uint32_t number, uint32_t *out_granted)
{
	const struct timespec time = {.tv_nsec = NAP_NS};
	struct wish_words words;

	for (;;) {
		int error = read_at(asking, WORDS_OFFSET, &words, sizeof(words));
		uint32_t answered = atomic_load(&words.answered);

		if (!error && answered == number)
			return read_at(asking, WORDS_OFFSET + offsetof(struct wish_words, granted), out_granted,
				       sizeof(*out_granted));
		if (error || is_over(asking))
			return error ? error : -ETIMEDOUT;
		wake(asking);
		KERNEL_CALL(futex, &asking->words->answered, FUTEX_WAIT, answered, &time);
	}
}

static int ask_alone(const struct asking *asking, const struct wish *wanted, uint32_t *out_granted)
{
	struct wish wish = *wanted;
	int error = make_wish(asking, &wish);

	if (!error && asking->made)
		asking->made(asking->argument);
	return error ? error : await_answer(asking, wish.number, out_granted);
}

int ask(const struct region_file *file, const struct wish *wish, int64_t limit_ns, uint32_t *out_granted)
{
	return ask_and(file, wish, limit_ns, NULL, NULL, out_granted);
}

int ask_and(const struct region_file *file, const struct wish *wish, int64_t limit_ns, void (*made)(void *argument),
	    void *argument, uint32_t *out_granted)
{
	struct asking asking = {.file = file, .until_ns = now_ns() + limit_ns, .made = made, .argument = argument};
	char *page = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, file->descriptor, 0);
	int error;

	if (page == MAP_FAILED)
		return -errno;
	asking.words = (const struct wish_words *)(page + WORDS_OFFSET);
	error = lock(&asking);
	if (!error) {
		error = ask_alone(&asking, wish, out_granted);
		flock(file->descriptor, LOCK_UN);
	}
	munmap(page, PAGE_BYTES);
	return error;
}
