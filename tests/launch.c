/* SPDX-License-Identifier: MIT */
/* launch: the program of the same name that was built for another processor, under QEMU's emulator of one process.
 *
 * Stands in FOLDER/emulated/NAME for FOLDER/NAME, so that tests can start, and programs can start, what the kernel does not execute.
 * The other one's libraries are below FOLDER/sysroot/RELEASE. What is meant for its loader (LD_PRELOAD) must not reach the emulator's.
 * Linked statically: it is started with these variables itself.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SETTINGS_LIMIT = 16, STATUS_NOT_STARTED = 127 };

extern char **environ;

/* "-E", "NAME=VALUE" for each variable of the loader, which goes from the environment. */
static char **move_settings(char **next)
{
	int moved = 0;

	for (char **variable = environ; *variable;) {
		char name[64];

		if (strncmp(*variable, "LD_", 3) != 0 || moved++ == SETTINGS_LIMIT) {
			variable++;
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*variable, "="), *variable);
		*next++ = "-E";
		*next++ = *variable;
		unsetenv(name);
		variable = environ;
	}
	return next;
}

int main(int count, char **arguments)
{
	static const char marker[] = "/emulated/";
	char self[PATH_MAX], program[PATH_MAX], libraries[PATH_MAX];
	char **words = calloc((size_t)count + 2 * SETTINGS_LIMIT + 8, sizeof(*words)), **next = words;
	ssize_t bytes = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *end;

	if (!words || bytes < 0)
		return STATUS_NOT_STARTED;
	self[bytes] = '\0';
	end = strstr(self, marker);
	if (!end)
		return STATUS_NOT_STARTED;
	*end = '\0';
	if (snprintf(program, sizeof(program), "%s/%s", self, end + strlen(marker)) >= (int)sizeof(program) ||
	    snprintf(libraries, sizeof(libraries), "%s/sysroot/" RELEASE, self) >= (int)sizeof(libraries))
		return STATUS_NOT_STARTED;
	*next++ = EMULATOR;
	*next++ = "-L";
	*next++ = libraries;
	*next++ = "-0";
	*next++ = arguments[0];
	next = move_settings(next);
	*next++ = program;
	memcpy(next, arguments + 1, (size_t)count * sizeof(*next)); /* and the NULL behind them */
	execvp(EMULATOR, words);
	perror(EMULATOR);
	return STATUS_NOT_STARTED;
}
