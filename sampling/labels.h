/* SPDX-License-Identifier: MIT */
/* labels: sets of labels that the program gave its threads, each a number. A set is a label and the set that it was added to, so that
 * sets make a tree, whose root, number 0, is the empty one.
 *
 * Called from   application threads, guard held, signal handlers included; readers from reports, also in another process.
 * Memory        in the region; sets are never changed or removed.
 * When full     labels_add answers 0.
 * Concurrency   lock-free; equal sets have one number. A set is whole before its slot leads to it (release/acquire).
 */
#ifndef CONTEND_LABELS_H
#define CONTEND_LABELS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define LABELS_LIMIT       1024 /* sets, the empty one included */
#define LABELS_SLOTS       2048
#define LABELS_TEXT_BYTES  32768
#define LABELS_DEPTH_LIMIT 32  /* labels in a set */
#define LABELS_WORD_BYTES  255 /* of a key or a value, without its end; longer ones are cut */

struct label_set {
	uint32_t parent;                /* a lower number */
	uint32_t hash;                  /* of parent, key and value */
	uint32_t text;                  /* where key and value begin in `text`, each ended by a zero byte */
	uint8_t key_bytes, value_bytes; /* without the zero bytes */
	uint8_t depth;                  /* labels in it */
	_Atomic uint8_t is_ready; /* set last; a set whose maker found it made meanwhile is ready, too, and nobody's */
};

struct label_table {
	_Atomic uint32_t set_count;           /* handed out, the empty one not counted */
	_Atomic uint32_t text_bytes;          /* handed out */
	_Atomic uint32_t slots[LABELS_SLOTS]; /* 0, or a set: in the first that was empty from its hash on */
	_Alignas(16) struct label_set sets[LABELS_LIMIT]; /* number 0 is unused */
	char text[LABELS_TEXT_BYTES];
};

/* labels: zeroed memory of the region. Only while no other thread is inside. */
void labels_init(struct label_table *labels);

/* Is there any set? One look: false is certain for threads that were not just given their first label. */
bool labels_are_used(void);

/* The set with one more label; 0 if there is no room for it. Key and value are texts. */
uint32_t labels_add(uint32_t parent, const char *key, const char *value);

/* The set without its last label. */
uint32_t labels_parent(uint32_t set);

/* Is there a set of that number? */
bool labels_exist(uint32_t set);

/* In a forked child, by its only thread: a copy of the set's labels, of the table that is the parent's; then, when the child has a
 * table, the set that has them there. */
void labels_keep(uint32_t set);
uint32_t labels_kept(void);

/* What label_set.hash must be. */
uint32_t labels_hash(uint32_t parent, const char *key, uint32_t key_bytes, const char *value, uint32_t value_bytes);

#endif
