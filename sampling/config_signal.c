/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "config_signal.h"
#include "config_word.h"

static const struct {
	int number;
	const char *name;
} allowed[] = {
	{SIGHUP, "HUP"},       {SIGINT, "INT"},   {SIGQUIT, "QUIT"}, {SIGUSR1, "USR1"}, {SIGUSR2, "USR2"},
	{SIGPIPE, "PIPE"},     {SIGALRM, "ALRM"}, {SIGTERM, "TERM"}, {SIGCHLD, "CHLD"}, {SIGCONT, "CONT"},
	{SIGSTKFLT, "STKFLT"}, {SIGTSTP, "TSTP"}, {SIGTTIN, "TTIN"}, {SIGTTOU, "TTOU"}, {SIGURG, "URG"},
	{SIGVTALRM, "VTALRM"}, {SIGXCPU, "XCPU"}, {SIGXFSZ, "XFSZ"}, {SIGPROF, "PROF"}, {SIGWINCH, "WINCH"},
	{SIGPOLL, "POLL"},     {SIGPOLL, "IO"},   {SIGPWR, "PWR"},
};

enum { ALLOWED = sizeof(allowed) / sizeof(allowed[0]), NO_SIGNAL = -1 };

static bool is_allowed(int number)
{
	for (size_t i = 0; i < ALLOWED; i++)
		if (allowed[i].number == number)
			return true;
	return number >= SIGRTMIN && number <= SIGRTMAX;
}

static int number_of_name(const char *name)
{
	for (size_t i = 0; i < ALLOWED; i++)
		if (config_word_is_same(allowed[i].name, name))
			return allowed[i].number;
	return NO_SIGNAL;
}

/* One or two digits. */
static int number_of_digits(const char *digits)
{
	int number = 0;

	if (!*digits || strlen(digits) > 2)
		return NO_SIGNAL;
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9')
			return NO_SIGNAL;
		number = number * 10 + (*digits - '0');
	}
	return number;
}

/* `text` without a prefix that is written in capitals, or unchanged. */
static const char *without_prefix(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) == 0 ? text + length : text;
}

static int number_of(const char *text)
{
	const char *name = without_prefix(text, "SIG");
	const char *offset = without_prefix(name, "RTMIN+");
	int number;

	if (offset != name) {
		number = number_of_digits(offset);
		return number == NO_SIGNAL ? NO_SIGNAL : SIGRTMIN + number;
	}
	if (config_word_is_same(name, "RTMIN"))
		return SIGRTMIN;
	number = number_of_digits(text);
	return number == NO_SIGNAL ? number_of_name(name) : number;
}

bool config_signal_parse(const char *text, int64_t *out_signal)
{
	int number = number_of(text);

	if (config_word_is_same(text, "none"))
		number = 0;
	else if (!is_allowed(number))
		return false;
	*out_signal = number;
	return true;
}
