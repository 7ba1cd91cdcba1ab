/* SPDX-License-Identifier: MIT */
/* stack_label: what a sample's labels say, as text: strings as they are, numbers with their unit ("1024 nanoseconds").
 *
 * Memory        texts are the message's, those of numbers the arena's.
 */
#ifndef CONTEND_STACK_LABEL_H
#define CONTEND_STACK_LABEL_H

#include "arena.h"
#include "profile.pb-c.h"

/* "" if it has no label of that key. NULL: no memory. */
const char *stack_label_value(const Perftools__Profiles__Profile *message, const Perftools__Profiles__Sample *sample,
			      const char *key, struct arena *texts);

/* Adds the keys of a message's labels to the `count` that are there, each once. Returns how many there are then, at most
 * `limit`. */
size_t stack_label_keys(const Perftools__Profiles__Profile *message, const char **keys, size_t count, size_t limit);

#endif
