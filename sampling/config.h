/* SPDX-License-Identifier: MIT */
/* config: the options (options.def), read from the environment once at start-up.
 *
 * Called from   the constructor, before anything else runs; constant afterwards (what can change at run time, fraction and
 *               rate, is copied into the region's header). All zero, which is off, until then.
 * Errors        a bad value or an unknown CONTEND_ variable: `complain` is called with one line that names it and what is
 *               accepted; the default stays. Nothing else happens. Of a variable that is there twice the first counts.
 * Memory        none allocated; texts are copied.
 */
#ifndef CONTEND_CONFIG_H
#define CONTEND_CONFIG_H

#include <stddef.h>
#include <stdint.h>

struct config {
/* The C type of each option type. */
#define CONFIG_TYPE_number                                             int64_t
#define CONFIG_TYPE_duration                                           int64_t
#define CONFIG_TYPE_bytes                                              int64_t
#define CONFIG_TYPE_share                                              int64_t
#define CONFIG_TYPE_flag                                               int64_t
#define CONFIG_TYPE_signal                                             int64_t
#define CONFIG_TYPE_lock_labels                                        int64_t
#define CONFIG_TYPE_text                                               const char *
#define OPTION(field, variable, type, fallback, least, most, sentence) CONFIG_TYPE_##type field;
#include "options.def"
#undef OPTION
};

/* Hidden, and said so here: wrappers then reach it without a table. */
extern struct config config __attribute__((visibility("hidden")));

/* Fills `config` from the NULL-terminated environment `strings`; NULL is an empty one. */
void config_read(char *const strings[], void (*complain)(const char *line));

/* One option, for help texts and for tests. */
struct config_option {
	const char *variable;
	const char *type;
	const char *fallback; /* as a user would write it */
	const char *sentence;
};

/* The options in the order of the list. */
extern const struct config_option config_options[];
extern const size_t config_option_count;

/* The help text, two lines for each option: name with default and accepted values, and the sentence. */
void config_describe(void (*write_line)(const char *line));

#endif
