/* SPDX-License-Identifier: MIT */
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "preload.h"

static const char variable[] = "LD_PRELOAD=";
static const char library[] = "libcontend.so";

/* The linker's: where our first page begins, which is what we were moved by. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

enum { OTHER, OURS, LIBC };

/* Of the objects in the order of look-ups: ends at the first of these two. */
static int which_is_it(struct dl_phdr_info *object, size_t info_bytes, void *unused)
{
	const void *own_headers = &__ehdr_start;

	(void)info_bytes, (void)unused;
	if (object->dlpi_addr == (uintptr_t)own_headers)
		return OURS;
	return strcmp(base_name(object->dlpi_name), "libc.so.6") == 0 ? LIBC : OTHER;
}

bool preload_came_first(void)
{
	return dl_iterate_phdr(which_is_it, NULL) == OURS;
}

/* Copies the entries of a list (separated by colons or blanks) that are not us over the list itself. */
static void list_forget(char *list)
{
	char *out = list;

	for (char *entry = list; *entry;) {
		size_t length = strcspn(entry, ": ");
		char separator = entry[length];

		entry[length] = '\0';
		bool is_us = strcmp(base_name(entry), library) == 0;

		if (!is_us) {
			memmove(out, entry, length);
			out += length;
			*out++ = separator ? separator : ':';
		}
		entry += length + (separator ? 1 : 0);
	}
	if (out > list)
		out--;
	*out = '\0';
}

void preload_forget(char **environment)
{
	for (; environment && *environment; environment++)
		if (strncmp(*environment, variable, sizeof(variable) - 1) == 0)
			list_forget(*environment + sizeof(variable) - 1);
}
