/* SPDX-License-Identifier: MIT */
/* families: functions that wait, each with known waits, and what the profiles must say of them.
 *
 * Called from   main of a live test program, in C or C++.
 * Prints        a line for each: waiter, holder, kind, function, release, rounds, waited ns, caused ns, result;
 *               separated by tabs. families.sh compares that with the profiles.
 */
#ifndef CONTEND_TESTS_FAMILIES_H
#define CONTEND_TESTS_FAMILIES_H

#include <errno.h>
#include <string.h>

#include "known_waits.h"

enum {
	FAMILY_ROUNDS = 20,
	FAMILY_HOLD_MS = 50,
	FAMILY_SOON_MS = 50,   /* until a waiter gives up that is to give up */
	FAMILY_FAR_MS = 60000, /* ... and one that is not */
};

struct family {
	const char *waiter; /* the program's function that waits, as its reader knows it */
	const char *holder;
	const char *kind;     /* of the wait */
	const char *function; /* that waits */
	const char *release;  /* of what the holder holds, and is to be blamed for; NULL: nobody is */
	int (*make)(void *object);
	struct known_waits waits;
	int error;           /* of `make` */
	bool is_only_called; /* that it waits is not sure, and for how long not known */
};

static inline void family_run(unsigned number, void *argument)
{
	struct family *family = (struct family *)argument + number;

	family->waits.rounds = FAMILY_ROUNDS;
	family->waits.hold_ms = FAMILY_HOLD_MS;
	family->waits.is_spinning = !strcmp(family->kind, "spin");
	family->error = family->make(family->waits.object);
	if (!family->error)
		known_waits_run(&family->waits);
}

static inline void family_print(const struct family *family)
{
	const struct known_waits *waits = &family->waits;

	printf("%s\t%s\t%s\t%s\t%s\t%u\t%ju\t%ju\t", family->waiter, family->holder, family->kind, family->function,
	       family->release ? family->release : "-", waits->rounds, (uintmax_t)waits->waited_ns,
	       (uintmax_t)waits->caused_ns);
	if (family->error)
		printf("%s\n", strerrorname_np(family->error));
	else if (waits->wrong)
		printf("%u wrong results\n", waits->wrong);
	else if (!family->is_only_called && waits->waited_ns < waits->rounds * waits->hold_ms * UINT64_C(1000000))
		printf("it did not wait\n");
	else
		printf("%s\n", family->is_only_called ? "called" : "ok");
}

/* All families of that kind (NULL: of any) at once, each in a thread of its own. */
static inline void families_run(struct family *families, unsigned count, const char *kind)
{
	unsigned wanted = 0;

	for (unsigned i = 0; i < count; i++)
		if (!kind || !strcmp(families[i].kind, kind))
			families[wanted++] = families[i];
	t_run(wanted, family_run, families);
	for (unsigned i = 0; i < wanted; i++)
		family_print(&families[i]);
}

#endif
