/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "region.h"
#include "ending_clues.h"

struct words {
	char *text;
	size_t length, limit;
};

__attribute__((format(printf, 2, 3))) static void add(struct words *words, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(words->text + words->length, words->limit - words->length, format, arguments);
	va_end(arguments);
	if (length > 0)
		words->length += length;
	if (words->length >= words->limit)
		words->length = words->limit - 1;
}

static void add_signal(struct words *words, int number)
{
	const char *name = sigabbrev_np(number);

	if (name)
		add(words, "killed by SIG%s", name);
	else
		add(words, "killed by signal %d", number);
}

static void add_status(struct words *words, int status)
{
	if (WIFSIGNALED(status))
		add_signal(words, WTERMSIG(status));
	else
		add(words, "exit status %d", WEXITSTATUS(status));
	if (WIFSIGNALED(status) && WCOREDUMP(status))
		add(words, " (core dumped)");
}

void ending_tell_status(int status, char *out_words, size_t bytes)
{
	struct words words = {.text = out_words, .limit = bytes};

	add_status(&words, status);
}

static bool has_sign(const struct ending_clues *clues, enum region_sign sign)
{
	return clues->signs >> sign & 1;
}

static void add_core(struct words *words, const struct ending_clues *clues)
{
	if (clues->core_signal)
		add_signal(words, clues->core_signal);
	else
		add(words, "crashed");
	add(words, ", core in %s", clues->core);
}

/* From the surest clue to none at all. */
static void add_cause(struct words *words, const struct ending_clues *clues)
{
	if (clues->is_before_boot)
		add(words, "ended before the last boot");
	else if (clues->is_other_program)
		add(words, "became another program%s",
		    has_sign(clues, REGION_SIGN_EXEC) ? "" : " by a raw system call");
	else if (clues->is_closed)
		add(words, "ended by itself");
	else if (has_sign(clues, REGION_SIGN_EXEC)) /* what is known of the end is the other program's */
		add(words, "became another program, most likely");
	else if (clues->kernel)
		add(words, "%s", clues->kernel);
	else if (clues->has_status)
		add_status(words, clues->status);
	else if (clues->core)
		add_core(words, clues);
	else if (has_sign(clues, REGION_SIGN_ABORT))
		add(words, "killed by SIGABRT, most likely");
	else if (has_sign(clues, REGION_SIGN_SANDBOX))
		add(words, "ended, in whatever way");
	else if (has_sign(clues, REGION_SIGN_EXIT))
		add(words, clues->dump_error && !has_sign(clues, REGION_SIGN_DUMP)
				   ? "ended by itself"
				   : "ended before its last dump was written");
	else
		add(words, "ended without a word (killed, or by a raw system call)");
}

/* Not where it is the cause, or goes without saying. */
static bool is_worth_telling(const struct ending_clues *clues, enum region_sign sign)
{
	switch (sign) {
	case REGION_SIGN_EXIT:
		return !clues->is_closed &&
		       (clues->kernel || clues->core || (clues->has_status && WIFSIGNALED(clues->status)));
	case REGION_SIGN_EXEC:
		return clues->is_before_boot;
	default:
		return true;
	}
}

static void add_dump_error(struct words *words, int error)
{
	const char *description = strerrordesc_np(error);

	add(words, "; its last dump failed: %s", description ? description : "for an unknown reason");
}

void ending_tell(const struct ending_clues *clues, char *out_words, size_t bytes)
{
	static const char *const sign_words[] = {
#define REGION_SIGN(identifier, words) [identifier] = words,
#include "region_signs.def"
#undef REGION_SIGN
	};
	struct words words = {.text = out_words, .limit = bytes};

	add_cause(&words, clues);
	for (int sign = 0; sign < REGION_SIGN_COUNT; sign++)
		if (has_sign(clues, sign) && is_worth_telling(clues, sign))
			add(&words, "; it %s", sign_words[sign]);
	if (clues->dump_error)
		add_dump_error(&words, clues->dump_error);
}

/* "name[id] words ip:1234 sp:..." or "name[id]: segfault at 0 ip 1234 sp ...": all but what follows the instruction. A name may
 * hold brackets: the last ones before the words count. */
static bool parse_fault(const char *message, struct ending_line *line)
{
	const char *end = strstr(message, " sp"), *open = NULL, *words;

	for (const char *at = message; end && at < end; at++)
		if (*at == '[')
			open = at;
	if (!open || !(strstr(message, "segfault at ") || strncmp(message, "traps: ", strlen("traps: ")) == 0))
		return false;
	line->id = (pid_t)strtol(open + 1, (char **)&words, 10);
	if (*words != ']' || words > end)
		return false;
	words += strspn(words, "]: ");
	snprintf(line->words, sizeof(line->words), "killed by a fault: %.*s", (int)(end - words), words);
	return true;
}

static bool parse_out_of_memory(const char *message, struct ending_line *line)
{
	static const char killed[] = "Killed process ";
	const char *at = strstr(message, killed);

	if (!at)
		return false;
	line->id = (pid_t)strtol(at + strlen(killed), NULL, 10);
	snprintf(line->words, sizeof(line->words), "killed by the kernel: out of memory%s",
		 strstr(message, "emory cgroup") ? " of its cgroup" : "");
	return true;
}

/* The value of " key=number" in an audit record; -1 if there is none. */
static long audit_number(const char *message, const char *key)
{
	const char *at = strstr(message, key);

	return at ? strtol(at + strlen(key), NULL, 10) : -1;
}

static bool parse_seccomp(const char *message, struct ending_line *line)
{
	if (strncmp(message, "audit: type=1326 ", strlen("audit: type=1326 ")) != 0 ||
	    audit_number(message, " sig=") <= 0)
		return false;
	line->id = (pid_t)audit_number(message, " pid=");
	snprintf(line->words, sizeof(line->words), "killed by its seccomp filter at system call %ld",
		 audit_number(message, " syscall="));
	return true;
}

bool ending_parse_kernel_line(const char *record, struct ending_line *out_line)
{
	const char *message = strchr(record, ';');
	struct ending_line line = {0};
	char text[512];

	if (!message || sscanf(record, "%*u,%*u,%" SCNd64, &line.time_us) != 1)
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(message + 1, "\n"), message + 1);
	if (!parse_out_of_memory(text, &line) && !parse_seccomp(text, &line) && !parse_fault(text, &line))
		return false;
	if (line.id <= 0)
		return false;
	*out_line = line;
	return true;
}

bool ending_is_core_name(const char *name, uid_t uid, const uint64_t boot_id[2], pid_t pid)
{
	char middle[96];

	snprintf(middle, sizeof(middle), ".%u.%016" PRIx64 "%016" PRIx64 ".%d.", uid, boot_id[0], boot_id[1], pid);
	return strncmp(name, "core.", strlen("core.")) == 0 && strstr(name, middle);
}
