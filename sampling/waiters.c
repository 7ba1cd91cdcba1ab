/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "clock.h"
#include "losses.h"
#include "processor.h"
#include "waiters.h"

struct waiters_presence waiters_presence[WAITERS_BUCKETS];

static struct waiters *waiters;

/* pin: (lock address << SHIFT_BITS | shift) << PIN_BITS | pins. An entry without pins is free, whatever it still shows. */
enum { PIN_BITS = 14, SHIFT_BITS = 3, CHARGED_BITS = 50 };

_Static_assert(PROCESSOR_ADDRESS_BITS - PROCESSOR_LOCK_ALIGN_BITS + SHIFT_BITS + PIN_BITS == 64,
	       "a pin fills its word");

#define PIN_MASK     ((UINT64_C(1) << PIN_BITS) - 1)
#define SHIFT_MASK   ((1u << SHIFT_BITS) - 1)
#define CHARGED_MASK ((UINT64_C(1) << CHARGED_BITS) - 1)

/* W, S and L of one lock, unpacked. */
struct sums {
	uint64_t waiting;     /* W */
	uint64_t charged_to;  /* S: sum over the waiters, modulo 2^64 */
	uint64_t last_charge; /* L, modulo 2^CHARGED_BITS; meaningless while nobody waits */
};

static unsigned __int128 sums_pack(struct sums sums)
{
	uint64_t upper = sums.waiting << CHARGED_BITS | (sums.last_charge & CHARGED_MASK);

	return (unsigned __int128)upper << 64 | sums.charged_to;
}

static struct sums sums_unpack(unsigned __int128 packed)
{
	uint64_t upper = packed >> 64;

	return (struct sums){
		.waiting = upper >> CHARGED_BITS, .charged_to = (uint64_t)packed, .last_charge = upper & CHARGED_MASK};
}

/* Possibly torn, which the compare-and-swap that follows will find out. Acquire: what is read next, the clock or the pin,
 * is read after it. */
static unsigned __int128 sums_load(const struct waiters_lock *lock)
{
	const uint64_t *halves = (const uint64_t *)&lock->sums;
	uint64_t lower = __atomic_load_n(&halves[0], __ATOMIC_ACQUIRE);
	uint64_t upper = __atomic_load_n(&halves[1], __ATOMIC_ACQUIRE);

	return (unsigned __int128)upper << 64 | lower;
}

/* True if *expected was replaced; else *expected is what was there. A full barrier either way. */
static bool sums_replace(struct waiters_lock *lock, unsigned __int128 *expected, struct sums sums)
{
	unsigned __int128 found = __sync_val_compare_and_swap(&lock->sums, *expected, sums_pack(sums));
	bool replaced = found == *expected;

	*expected = found;
	return replaced;
}

uint64_t waiters_charged_until(uint64_t since_ticks, uint64_t last_charge)
{
	int64_t later = (int64_t)((last_charge - since_ticks) << (64 - CHARGED_BITS)) >> (64 - CHARGED_BITS);

	return later > 0 ? since_ticks + (uint64_t)later : since_ticks;
}

static uint64_t pin_address(uint64_t pin)
{
	return pin >> (PIN_BITS + SHIFT_BITS) << PROCESSOR_LOCK_ALIGN_BITS;
}

static uint32_t pin_shift(uint64_t pin)
{
	return pin >> PIN_BITS & SHIFT_MASK;
}

static uint64_t pin_owner(const void *lock, uint32_t shift)
{
	return (uint64_t)(uintptr_t)lock >> PROCESSOR_LOCK_ALIGN_BITS << SHIFT_BITS | shift;
}

struct waiters_view waiters_read(const struct waiters_lock *lock)
{
	uint64_t pin = atomic_load_explicit(&lock->pin, memory_order_relaxed);
	struct sums sums = sums_unpack(sums_load(lock));

	return (struct waiters_view){
		.address = pin_address(pin),
		.shift = pin_shift(pin),
		.pins = pin & PIN_MASK,
		.waiting = sums.waiting,
		.charged_to = sums.charged_to,
		.last_charge = sums.last_charge,
	};
}

static bool pin_is_for(uint64_t pin, const void *lock)
{
	return pin >> (PIN_BITS + SHIFT_BITS) == (uint64_t)(uintptr_t)lock >> PROCESSOR_LOCK_ALIGN_BITS;
}

/* An entry of this bucket pinned for a lock and a shift, or NULL. Two threads may pin two entries for one lock at the same moment;
 * that is harmless, because a release charges all of them. */
static struct waiters_lock *pin_entry(struct waiters_bucket *bucket, uint64_t owner)
{
	struct waiters_lock *free_entry = NULL;
	uint64_t free_pin = 0;

	for (int way = 0; way < WAITERS_WAYS; way++) {
		struct waiters_lock *entry = &bucket->locks[way];
		uint64_t pin = atomic_load_explicit(&entry->pin, memory_order_relaxed);

		while (pin >> PIN_BITS == owner && (pin & PIN_MASK) < WAITERS_PER_LOCK)
			if (atomic_compare_exchange_weak_explicit(&entry->pin, &pin, pin + 1, memory_order_acquire,
								  memory_order_relaxed))
				return entry;
		if (!free_entry && (pin & PIN_MASK) == 0) {
			free_entry = entry;
			free_pin = pin;
		}
	}
	if (free_entry && atomic_compare_exchange_strong_explicit(&free_entry->pin, &free_pin, owner << PIN_BITS | 1,
								  memory_order_acquire, memory_order_relaxed))
		return free_entry;
	return NULL;
}

/* Pairs with the acquire in pin_entry: the next owner of the entry sees that nobody waits in it. */
static void unpin_entry(struct waiters_lock *entry)
{
	atomic_fetch_sub_explicit(&entry->pin, 1, memory_order_release);
}

static uint64_t add_waiter(struct waiters_lock *entry)
{
	unsigned __int128 expected = sums_load(entry);
	struct sums sums;
	uint64_t now_ticks;

	do {
		sums = sums_unpack(expected);
		now_ticks = clock_now_ticks();
		if (sums.waiting == 0)
			sums = (struct sums){.last_charge = now_ticks};
		sums.waiting += 1;
		sums.charged_to += now_ticks;
	} while (!sums_replace(entry, &expected, sums));
	return now_ticks;
}

void waiters_init(struct waiters *region_waiters)
{
	for (unsigned bucket = 0; bucket < WAITERS_BUCKETS; bucket++)
		atomic_store_explicit(&waiters_presence[bucket].either, 0, memory_order_relaxed);
	waiters = region_waiters;
}

bool waiters_arrive(const void *lock, struct waiters_note note, struct waiter *out_waiter)
{
	enum { TRIES = 4 }; /* lost races for a free entry; each means that another lock's waiter got one */
	uint32_t bucket = waiters_bucket_of(lock);

	for (int attempt = 0; attempt < TRIES; attempt++) {
		struct waiters_lock *entry = pin_entry(&waiters->buckets[bucket], pin_owner(lock, note.shift));

		if (!entry)
			continue;
		/* Before the sums tell of us: a release that finds somebody in them finds this. */
		if (atomic_load_explicit(&entry->number, memory_order_relaxed) != note.number)
			atomic_store_explicit(&entry->number, note.number, memory_order_relaxed);
		/* First of all: from here on a release looks for us. */
		atomic_fetch_add_explicit(&waiters_presence[bucket].count, 1, memory_order_relaxed);
		*out_waiter = (struct waiter){.lock = entry, .bucket = bucket, .since_ticks = add_waiter(entry)};
		return true;
	}
	losses_add(LOSS_WAITERS_FULL);
	*out_waiter = (struct waiter){.lock = NULL, .since_ticks = clock_now_ticks()};
	return false;
}

/* What one release found. */
struct charge {
	uint64_t ticks;
	uint64_t waiting; /* threads */
	struct waiters_note note;
};

/* The clock is read after the sums, so that no waiter in them came later; and the pin is looked at after the sums, so
 * that sums which the swap finds unchanged are this lock's. Where the clocks of two CPUs disagree, or no time has passed,
 * the waiting is left to the next release. */
static struct charge charge_entry(struct waiters_lock *entry, const void *lock)
{
	unsigned __int128 expected = sums_load(entry);
	struct charge charge;
	struct sums sums;

	do {
		sums = sums_unpack(expected);
		uint64_t pin = atomic_load_explicit(&entry->pin, memory_order_relaxed);

		if (sums.waiting == 0 || !pin_is_for(pin, lock))
			return (struct charge){0};
		uint64_t now_ticks = clock_now_ticks();

		charge.note.number = (uint32_t)atomic_load_explicit(&entry->number, memory_order_relaxed);
		charge.note.shift = pin_shift(pin);

		charge.note.entry = entry;
		charge.note.until_ticks = now_ticks;
		charge.note.last_charge = sums.last_charge;
		charge.ticks = sums.waiting * now_ticks - sums.charged_to;
		charge.waiting = sums.waiting;
		if ((int64_t)charge.ticks <= 0)
			return (struct charge){.waiting = sums.waiting};
		sums.charged_to = sums.waiting * now_ticks;
		sums.last_charge = now_ticks;
	} while (!sums_replace(entry, &expected, sums));
	return charge;
}

/* Ends as soon as everybody who waits in this bucket was found to wait for this lock: mostly at its first entry. */
uint64_t waiters_charge(const void *lock, struct waiters_note *out_note)
{
	uint32_t index = waiters_bucket_of(lock);
	struct waiters_lock *entry = waiters->buckets[index].locks;
	int64_t elsewhere = atomic_load_explicit(&waiters_presence[index].count, memory_order_relaxed);
	uint64_t charge_ticks = 0;

	for (int way = 0; way < WAITERS_WAYS && elsewhere > 0; way++, entry++) {
		if (!pin_is_for(atomic_load_explicit(&entry->pin, memory_order_relaxed), lock))
			continue;
		struct charge charge = charge_entry(entry, lock);

		if (charge.ticks && (!charge_ticks || charge.note.shift < out_note->shift))
			*out_note = charge.note;
		charge_ticks += charge.ticks << charge.note.shift;
		elsewhere -= (int64_t)charge.waiting;
	}
	return charge_ticks;
}

uint32_t waiters_count(const void *lock)
{
	const struct waiters_lock *entry = waiters->buckets[waiters_bucket_of(lock)].locks;
	uint64_t waiting = 0;

	for (int way = 0; way < WAITERS_WAYS; way++, entry++)
		if (pin_is_for(atomic_load_explicit(&entry->pin, memory_order_relaxed), lock))
			waiting += sums_unpack(sums_load(entry)).waiting;
	return (uint32_t)waiting;
}

uint64_t waiters_depart(struct waiter *waiter, uint64_t now_ticks)
{
	struct waiters_lock *entry = waiter->lock;
	unsigned __int128 expected;
	struct sums sums;
	uint64_t until_ticks;
	uint32_t shift;

	if (!entry)
		return 0;
	waiter->lock = NULL; /* who looks finds no more waiters than the sums have; they are a barrier */
	shift = pin_shift(atomic_load_explicit(&entry->pin, memory_order_relaxed));
	expected = sums_load(entry);
	do {
		sums = sums_unpack(expected);
		until_ticks = waiters_charged_until(waiter->since_ticks, sums.last_charge);
		sums.waiting -= 1;
		sums.charged_to -= until_ticks;
	} while (!sums_replace(entry, &expected, sums));
	unpin_entry(entry);
	atomic_fetch_sub_explicit(&waiters_presence[waiter->bucket].count, 1, memory_order_relaxed);
	return clock_elapsed_ticks(until_ticks, now_ticks) << shift;
}
