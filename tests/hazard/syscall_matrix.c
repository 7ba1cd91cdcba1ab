/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: every operation of futex, and futex_waitv, answers through syscall() as without us: on words that are as expected, others,
 * unreadable or none, for all processes and for this one, with every deadline; and every wait with every wake that can end it.
 */
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <sys/mman.h>

#include "matrix_other.h"

static const struct matrix_function functions[] = {
#define SYSCALL MATRIX_FUNCTION
#include "matrix.def"
};

enum { PAGE = 4096, ANY_BIT = 1 };

static unsigned words[2]; /* those of the present cell */
static char *unmapped, *unreadable, *unwritable;

struct operation {
	const char *name;
	int number;
};
#define OPERATION(name)                                                                                                \
	{                                                                                                              \
#name, FUTEX_##name                                                                                    \
	}
static const struct operation operations[] = {
	OPERATION(WAIT),           OPERATION(WAKE),        OPERATION(FD),          OPERATION(REQUEUE),
	OPERATION(CMP_REQUEUE),    OPERATION(WAKE_OP),     OPERATION(LOCK_PI),     OPERATION(UNLOCK_PI),
	OPERATION(TRYLOCK_PI),     OPERATION(WAIT_BITSET), OPERATION(WAKE_BITSET), OPERATION(WAIT_REQUEUE_PI),
	OPERATION(CMP_REQUEUE_PI), OPERATION(LOCK_PI2),    {"no-operation", 99},
};

static const struct {
	const char *name;
	int bits;
} flags[] = {
	{"shared", 0},
	{"private", FUTEX_PRIVATE_FLAG},
	{"private-realtime", FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME},
};

enum timeout { ABSENT, SHORT, NO_TIME, LONG_AGO, NO_TIMESPEC, TIMEOUTS };
static const char *const timeout_names[TIMEOUTS] = {"absent", "short", "zero", "nsec", "unreadable"};

/* The word at the address that the call gets: by name, or the cell's own. */
enum place { OWN, NOWHERE, ODD, UNMAPPED, UNREADABLE, UNWRITABLE, PLACES };
static const char *const place_names[PLACES] = {"own", "null", "odd", "unmapped", "unreadable", "unwritable"};

static unsigned *word_at(enum place place)
{
	void *const at[PLACES] = {words, NULL, (char *)words + 1, unmapped, unreadable, unwritable};

	return (unsigned *)at[place];
}

static bool takes_timeout(int operation)
{
	return operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET || operation == FUTEX_LOCK_PI ||
	       operation == FUTEX_LOCK_PI2 || operation == FUTEX_WAIT_REQUEUE_PI;
}

/* FUTEX_WAIT counts from now on, the others by their clock. */
static const struct timespec *timeout_of(enum timeout timeout, int operation, int bits)
{
	static struct timespec at;
	bool is_realtime = operation == FUTEX_LOCK_PI || (bits & FUTEX_CLOCK_REALTIME);

	if (timeout == ABSENT || timeout == NO_TIMESPEC)
		return timeout == ABSENT ? NULL : (const struct timespec *)unreadable;
	at = (struct timespec){0, timeout == LONG_AGO ? -1 : timeout == SHORT ? MATRIX_NEAR_MS * 1000000 : 0};
	if (timeout == SHORT && operation != FUTEX_WAIT)
		at = hazard_deadline(is_realtime ? CLOCK_REALTIME : CLOCK_MONOTONIC, MATRIX_NEAR_MS);
	return &at;
}

static const char *word_name(unsigned word)
{
	static char text[2][16];
	static int next;

	next = !next;
	if ((word & FUTEX_TID_MASK) == (unsigned)getpid())
		return word & FUTEX_WAITERS ? "mine, wanted" : "mine";
	snprintf(text[next], sizeof(text[next]), "%#x", word);
	return text[next];
}

static void print(const char *where, long result, int error)
{
	struct matrix_call call = matrix_call_first(&functions[0]);
	struct matrix_invocation invocation = {.call = &call, .error = error};
	char number[32], after[64];

	snprintf(number, sizeof(number), "%ld", result);
	snprintf(after, sizeof(after), "words %s and %s", word_name(words[0]), word_name(words[1]));
	matrix_cell_print(where, &invocation, number, after);
}

/* The call of one cell, with errno looked after. */
#define CALL(result, error, ...)                                                                                       \
	do {                                                                                                           \
		matrix_cell_begin();                                                                                   \
		matrix_calling = true;                                                                                 \
		errno = MATRIX_ERRNO_CANARY;                                                                           \
		(result) = syscall(__VA_ARGS__);                                                                       \
		(error) = errno;                                                                                       \
		matrix_returned = true;                                                                                \
	} while (0)

/* One operation alone. A wait that nothing would end is left out: one without a timeout, where the word is as expected. */
static void alone(const struct operation *operation, int flag, enum place place, unsigned value, enum timeout timeout)
{
	int number = operation->number, bits = flags[flag].bits, error;
	const void *fourth = takes_timeout(number) ? timeout_of(timeout, number, bits) : (void *)1;
	char where[128];
	long result;

	words[0] = number == FUTEX_UNLOCK_PI || number == FUTEX_LOCK_PI || number == FUTEX_LOCK_PI2
			   ? (value ? (unsigned)getpid() : 0)
			   : value;
	words[1] = 0;
	if (takes_timeout(number) && timeout == ABSENT && (value == 1 || place > UNMAPPED))
		return;
	CALL(result, error, SYS_futex, word_at(place), number | bits, 1, fourth, &words[1],
	     number == FUTEX_WAKE_OP ? FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 0) : 1);
	snprintf(where, sizeof(where), "%s/%s/%s/%u/%s", operation->name, flags[flag].name, place_names[place], value,
		 takes_timeout(number) ? timeout_names[timeout] : "none");
	print(where, result, error);
}

static void all_alone(const struct operation *operation)
{
	for (size_t flag = 0; flag < MATRIX_COUNT(flags); flag++)
		for (int place = OWN; place < PLACES; place++)
			for (unsigned value = 0; value < 3; value++)
				for (int timeout = ABSENT; timeout < TIMEOUTS; timeout++)
					if (timeout == ABSENT || takes_timeout(operation->number))
						alone(operation, flag, place, value, timeout);
}

/* A wait and what ends it, in another thread. */
static const struct {
	const char *name;
	int wait, wake;
	bool changes_place; /* by being woken, the waiter gets the second word */
} pairs[] = {
	{"wait-wake", FUTEX_WAIT, FUTEX_WAKE, false},
	{"wait-wake-bitset", FUTEX_WAIT, FUTEX_WAKE_BITSET, false},
	{"wait-wake-op", FUTEX_WAIT, FUTEX_WAKE_OP, false},
	{"wait-requeue", FUTEX_WAIT, FUTEX_REQUEUE, false},
	{"wait-cmp-requeue", FUTEX_WAIT, FUTEX_CMP_REQUEUE, false},
	{"wait-bitset-wake", FUTEX_WAIT_BITSET, FUTEX_WAKE, false},
	{"wait-bitset-wake-bitset", FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET, false},
	{"wait-requeue-pi", FUTEX_WAIT_REQUEUE_PI, FUTEX_CMP_REQUEUE_PI, true},
};

static int waking, waking_bits;
static long wake_result;

static int wake(void *object)
{
	long third = waking == FUTEX_WAKE_OP       ? FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 0)
		     : waking == FUTEX_WAKE_BITSET ? ANY_BIT
						   : 1;

	(void)object;
	wake_result =
		syscall(SYS_futex, &words[0], waking | (waking_bits & FUTEX_PRIVATE_FLAG), 1, 0L, &words[1], third);
	return 0;
}

static void together(size_t pair, int flag, enum matrix_conduct conduct, bool has_deadline)
{
	struct matrix_other other = {conduct, .give = wake};
	struct timespec far = hazard_deadline(
		flags[flag].bits & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, MATRIX_FAR_MS);
	struct timespec relative = {MATRIX_FAR_MS / 1000, 0};
	char where[128], woke[160];
	long result;
	int error;

	words[0] = 1;
	words[1] = 0;
	waking = pairs[pair].wake;
	waking_bits = flags[flag].bits;
	wake_result = -2;
	matrix_cell_begin();
	matrix_other_start(&other);
	CALL(result, error, SYS_futex, &words[0], pairs[pair].wait | waking_bits, 1,
	     !has_deadline                    ? NULL
	     : pairs[pair].wait == FUTEX_WAIT ? &relative
					      : &far,
	     &words[1], ANY_BIT);
	matrix_other_end(&other);
	snprintf(where, sizeof(where), "%s/%s/%s/%s", pairs[pair].name, flags[flag].name,
		 conduct == GIVES ? "given" : "interrupted", has_deadline ? "deadline" : "none");
	snprintf(woke, sizeof(woke), "%s/woke-%ld", where, wake_result);
	print(woke, result, error);
}

/* A lock with priority inheritance is handed over by the kernel. */
static int take_pi(void *object)
{
	(void)object;
	words[0] = (unsigned)gettid();
	return 0;
}

static int give_pi(void *object)
{
	(void)object;
	wake_result = syscall(SYS_futex, &words[0], FUTEX_UNLOCK_PI | waking_bits);
	return 0;
}

static void hand_over(int operation, const char *name, int bits)
{
	struct matrix_other other = {GIVES, .take = take_pi, .give = give_pi};
	char where[128];
	long result;
	int error;

	waking_bits = bits;
	matrix_cell_begin();
	matrix_other_start(&other);
	CALL(result, error, SYS_futex, &words[0], operation | bits, 0, NULL, NULL, 0);
	matrix_other_end(&other);
	snprintf(where, sizeof(where), "%s/%s/handed-over/woke-%ld", name, bits ? "private" : "shared", wake_result);
	print(where, result, error);
}

static void wait_for_many(const char *name, const struct futex_waitv *waits, unsigned count, enum timeout timeout)
{
	char where[128];
	long result;
	int error;

	CALL(result, error, SYS_futex_waitv, waits, count, 0, timeout_of(timeout, FUTEX_WAIT_BITSET, 0),
	     CLOCK_MONOTONIC);
	snprintf(where, sizeof(where), "waitv/%s/%s", name, timeout_names[timeout]);
	print(where, result, error);
}

static void many(void)
{
	struct futex_waitv waits[2] = {
		{.val = 1, .uaddr = (uintptr_t)&words[0], .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG},
		{.val = 0, .uaddr = (uintptr_t)&words[1], .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG}};
	struct matrix_other other = {GIVES, .give = wake};
	long result;
	int error;

	words[0] = 1;
	words[1] = 0;
	for (int timeout = SHORT; timeout < TIMEOUTS; timeout++) {
		wait_for_many("as-expected", waits, 2, timeout);
		wait_for_many("none", waits, 0, timeout);
		wait_for_many("too-many", waits, 1000, timeout);
		wait_for_many("unreadable", (const struct futex_waitv *)unreadable, 2, timeout);
		words[0] = 2;
		wait_for_many("changed", waits, 2, timeout);
		words[0] = 1;
	}
	waking = FUTEX_WAKE;
	waking_bits = FUTEX_PRIVATE_FLAG;
	matrix_cell_begin();
	matrix_other_start(&other);
	CALL(result, error, SYS_futex_waitv, waits, 2, 0, NULL, CLOCK_MONOTONIC);
	matrix_other_end(&other);
	print("waitv/woken", result, error);
}

static void rings(void)
{
	long result;
	int error;

	CALL(result, error, SYS_io_uring_enter, -1, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0L);
	print("ring/none/waits", result, error);
	CALL(result, error, SYS_io_uring_enter, -1, 0, 0, 0, NULL, 0L);
	print("ring/none/no-wait", result, error);
}

static char *page(int protection)
{
	void *mapped = mmap(NULL, PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(mapped != MAP_FAILED, "a page");
	return (char *)mapped;
}

int main(void)
{
	hazard_limit(60);
	unmapped = page(PROT_READ);
	need(!munmap(unmapped, PAGE), "unmapped");
	unreadable = page(PROT_NONE);
	unwritable = page(PROT_READ);
	matrix_catch_signal(false);
	for (size_t i = 0; i < MATRIX_COUNT(operations); i++)
		all_alone(&operations[i]);
	for (size_t pair = 0; pair < MATRIX_COUNT(pairs); pair++)
		for (size_t flag = 0; flag < MATRIX_COUNT(flags); flag++)
			for (int has_deadline = 0; has_deadline < 2; has_deadline++) {
				together(pair, flag, GIVES, has_deadline);
				together(pair, flag, INTERRUPTS, has_deadline);
			}
	hand_over(FUTEX_LOCK_PI, "lock-pi", 0);
	hand_over(FUTEX_LOCK_PI, "lock-pi", FUTEX_PRIVATE_FLAG);
	hand_over(FUTEX_LOCK_PI2, "lock-pi2", FUTEX_PRIVATE_FLAG);
	many();
	rings();
	return matrix_finish();
}
