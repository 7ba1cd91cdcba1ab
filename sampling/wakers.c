/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "address_hash.h"
#include "losses.h"
#include "processor.h"
#include "wakers.h"

enum {
	WINDOW = 4,  /* entries in which an object may be, from its hash on */
	TRIES = 100, /* for an entry's lock */
};

/* Wakes of one stack that follow each other. */
struct run {
	struct sample *sample;
	uint32_t wakes;
};

struct wakers_entry {
	_Alignas(64) _Atomic uint32_t is_taken;
	_Atomic uint32_t waiting; /* threads; 0: the entry is free, whatever else it shows */
	_Atomic(const void *) object;
	/* Changed with the lock held. */
	_Atomic uint32_t woken; /* wakes in all runs; at most `waiting`, once the lock is taken */
	uint32_t run_count;
	struct run runs[WAKERS_RUNS]; /* oldest first */
};

static struct wakers_entry entries[WAKERS_ENTRIES];

static struct wakers_entry *entry_at(const void *object, unsigned place)
{
	return &entries[(address_hash(object, WAKERS_BITS) + place) % WAKERS_ENTRIES];
}

static uint32_t waiting_in(const struct wakers_entry *entry)
{
	return atomic_load_explicit(&entry->waiting, memory_order_relaxed);
}

static uint32_t woken_in(const struct wakers_entry *entry)
{
	return atomic_load_explicit(&entry->woken, memory_order_relaxed);
}

/* Those that no wake was entered for. */
static uint32_t sleeping_in(const struct wakers_entry *entry)
{
	uint32_t waiting = waiting_in(entry), woken = woken_in(entry);

	return waiting > woken ? waiting - woken : 0;
}

static bool is_for(const struct wakers_entry *entry, const void *object)
{
	return waiting_in(entry) != 0 && atomic_load_explicit(&entry->object, memory_order_relaxed) == object;
}

/* Where `object` has an entry, or NULL. */
static struct wakers_entry *find(const void *object)
{
	for (unsigned place = 0; place < WINDOW; place++)
		if (is_for(entry_at(object, place), object))
			return entry_at(object, place);
	return NULL;
}

static void set_woken(struct wakers_entry *entry, uint32_t wakes)
{
	atomic_store_explicit(&entry->woken, wakes, memory_order_relaxed);
}

/* The sample of the oldest wake, which is used up; NULL if there is none. */
static struct sample *take_oldest(struct wakers_entry *entry)
{
	struct sample *sample = entry->runs[0].sample;

	if (entry->run_count == 0)
		return NULL;
	set_woken(entry, woken_in(entry) - 1);
	if (--entry->runs[0].wakes == 0) {
		entry->run_count--;
		memmove(&entry->runs[0], &entry->runs[1], entry->run_count * sizeof(entry->runs[0]));
	}
	return sample;
}

/* Waiters that found the lock taken are gone without their wakes: those are for nobody that waits now. */
static void drop_surplus(struct wakers_entry *entry)
{
	uint32_t waiting = waiting_in(entry);

	while (woken_in(entry) > waiting && entry->run_count != 0)
		(void)take_oldest(entry);
}

static bool take(struct wakers_entry *entry)
{
	for (int i = 0; i < TRIES; i++) {
		if (!atomic_exchange_explicit(&entry->is_taken, 1, memory_order_acquire)) {
			drop_surplus(entry);
			return true;
		}
		processor_pause();
	}
	losses_add(LOSS_WAKERS_BUSY);
	return false;
}

static void give(struct wakers_entry *entry)
{
	atomic_store_explicit(&entry->is_taken, 0, memory_order_release); /* pairs with take */
}

/* One more waiter, if the entry is free or this object's. */
static bool join_entry(struct wakers_entry *entry, const void *object)
{
	bool is_ours;

	if ((waiting_in(entry) != 0 && !is_for(entry, object)) || !take(entry))
		return false;
	is_ours = waiting_in(entry) == 0 || is_for(entry, object);
	if (is_ours && atomic_fetch_add_explicit(&entry->waiting, 1, memory_order_relaxed) == 0) {
		atomic_store_explicit(&entry->object, object, memory_order_relaxed);
		entry->run_count = 0;
		set_woken(entry, 0);
	}
	give(entry);
	return is_ours;
}

void wakers_init(void)
{
	memset(entries, 0, sizeof(entries));
}

void wakers_arrive(const void *object, struct wakers_place *out_place)
{
	struct wakers_entry *entry = find(object);

	out_place->entry = entry;
	if (entry && join_entry(entry, object))
		return;
	for (unsigned place = 0; place < WINDOW; place++) {
		out_place->entry = entry_at(object, place);
		if (join_entry(out_place->entry, object))
			return;
	}
	out_place->entry = NULL;
	losses_add(LOSS_WAKERS_FULL);
}

struct sample *wakers_depart(struct wakers_place *place, bool is_woken)
{
	struct wakers_entry *entry = place->entry;
	struct sample *sample = NULL;
	bool is_taken;

	if (!entry)
		return NULL;
	place->entry = NULL;
	is_taken = take(entry);
	if (is_taken &&
	    (is_woken || woken_in(entry) == waiting_in(entry))) /* or more wakes than waiters would be left */
		sample = take_oldest(entry);
	atomic_fetch_sub_explicit(&entry->waiting, 1, memory_order_relaxed);
	if (is_taken)
		give(entry);
	return is_woken ? sample : NULL;
}

unsigned wakers_waiting(const void *object)
{
	const struct wakers_entry *entry = find(object);

	return entry ? sleeping_in(entry) : 0;
}

/* `wakes` more at the end. */
static void add_run(struct wakers_entry *entry, struct sample *sample, uint32_t wakes)
{
	struct run *last = entry->run_count ? &entry->runs[entry->run_count - 1] : NULL;

	if (last && last->sample == sample)
		last->wakes += wakes;
	else if (entry->run_count < WAKERS_RUNS)
		entry->runs[entry->run_count++] = (struct run){.sample = sample, .wakes = wakes};
	else {
		losses_add(LOSS_WAKERS_FULL);
		return;
	}
	set_woken(entry, woken_in(entry) + wakes);
}

void wakers_wake(const void *object, struct sample *sample, unsigned waiters)
{
	struct wakers_entry *entry = find(object);
	uint32_t sleeping;

	if (!entry || !take(entry))
		return;
	sleeping = sleeping_in(entry); /* fewer a moment later, if one of them finds the lock taken */
	if (is_for(entry, object) && sleeping != 0 && waiters != 0)
		add_run(entry, sample, waiters < sleeping ? waiters : sleeping);
	give(entry);
}

void wakers_overtaken(const void *object)
{
	struct wakers_entry *entry = find(object);

	if (!entry || !take(entry))
		return;
	if (is_for(entry, object))
		(void)take_oldest(entry);
	give(entry);
}
