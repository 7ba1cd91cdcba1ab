/* SPDX-License-Identifier: MIT */
/* message: the few lines that we say on the program's standard error, each "contend: ...".
 *
 * Called from   anywhere but wrappers' hot paths; safe in signal handlers.
 * Silent        when descriptor 2 is no longer what it was at start-up: a daemon may have given the number to a socket; and
 *               when it is a file that must not become longer (RLIMIT_FSIZE).
 */
#ifndef CONTEND_MESSAGE_H
#define CONTEND_MESSAGE_H

#include <stdbool.h>

/* Remembers what standard error is. verbose: message_detail speaks, too. */
void message_init(bool verbose);

/* What the user must know. format: printf's, without the newline. Lines over 1000 bytes are cut. */
void message_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What the user asked for with CONTEND_VERBOSE. */
void message_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What a value of errno means, in English; safe in signal handlers. */
const char *message_error(int error);

#endif
