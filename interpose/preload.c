/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <string.h>

#include "preload.h"

static const char variable[] = "LD_PRELOAD=";
static const char library[] = "libcontend.so";

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool preload_came_first(void)
{
	struct link_map *object = NULL;
	Dl_info info;

	if (!dladdr1(variable, &info, (void **)&object, RTLD_DL_LINKMAP))
		return false;
	for (; object; object = object->l_next)
		if (strcmp(base_name(object->l_name), "libc.so.6") == 0)
			return true;
	return false;
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
