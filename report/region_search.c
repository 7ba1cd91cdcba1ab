/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "region_search.h"

enum { PATH_BYTES = PATH_MAX + NAME_MAX + 2 };

struct found {
	struct region_name name;
	char text[NAME_MAX + 1];
};

/* One user's directory, while it is looked through. */
struct listing {
	const struct region_query *query;
	const struct region_visitor *visitor;
	const char *path;
	int directory;
	uid_t owner;
	struct found *entries;
	size_t count;
};

/* A number without sign, blanks and leading zeros; what stands behind it, or NULL. */
static const char *parse_number(const char *text, uint64_t limit, uint64_t *out_number)
{
	char *end;

	if (*text < '0' || *text > '9' || (*text == '0' && text[1] >= '0' && text[1] <= '9'))
		return NULL;
	errno = 0;
	*out_number = strtoull(text, &end, 10);
	return errno == 0 && *out_number <= limit ? end : NULL;
}

bool region_name_parse(const char *text, struct region_name *out_name)
{
	uint64_t pid, start, number;

	text = parse_number(text, INT_MAX, &pid);
	text = text && *text == '.' ? parse_number(text + 1, UINT64_MAX, &start) : NULL;
	text = text && *text == '.' ? parse_number(text + 1, UINT_MAX, &number) : NULL;
	if (!text || *text || pid == 0)
		return false;
	*out_name = (struct region_name){.pid = (pid_t)pid, .process_start = start, .number = (unsigned)number};
	return true;
}

static void refuse(const struct listing *listing, const char *name, int error)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s%s%s", listing->path, name[0] ? "/" : "", name);
	listing->visitor->refused(path, error, listing->visitor->argument);
}

/* 0 if it may be trusted as far as its owner may. */
static int check_file(const struct listing *listing, const char *name)
{
	struct stat status;

	if (fstatat(listing->directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return -errno;
	if (S_ISLNK(status.st_mode))
		return -ELOOP;
	if (!S_ISREG(status.st_mode))
		return -EBADMSG;
	return status.st_uid == listing->owner && (status.st_mode & 077) == 0 ? 0 : -EPERM;
}

static void list_file(struct listing *listing, const char *name)
{
	bool is_wanted, is_named;
	struct found *entries;
	struct found entry;
	int error;

	is_named = region_name_parse(name, &entry.name);
	is_wanted = listing->query->pid == 0 || (is_named && entry.name.pid == listing->query->pid);
	if (!is_wanted || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	error = is_named ? check_file(listing, name) : -EBADMSG;
	entries = error ? NULL : realloc(listing->entries, (listing->count + 1) * sizeof(*entries));
	if (!entries) {
		if (error != -ENOENT) /* it may have ended meanwhile */
			refuse(listing, name, error ? error : -ENOMEM);
		return;
	}
	snprintf(entry.text, sizeof(entry.text), "%s", name);
	listing->entries = entries;
	entries[listing->count++] = entry;
}

static int compare_age(const void *left, const void *right)
{
	const struct region_name *a = &((const struct found *)left)->name, *b = &((const struct found *)right)->name;

	if (a->process_start != b->process_start)
		return a->process_start < b->process_start ? -1 : 1;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static void list_files(struct listing *listing)
{
	DIR *stream = fdopendir(dup(listing->directory));
	const struct dirent *entry;

	if (!stream) {
		refuse(listing, "", -errno);
		return;
	}
	while ((entry = readdir(stream)))
		list_file(listing, entry->d_name);
	closedir(stream);
	if (listing->count)
		qsort(listing->entries, listing->count, sizeof(*listing->entries), compare_age);
}

static void visit(const struct listing *listing)
{
	char path[PATH_BYTES];

	for (size_t i = 0; i < listing->count; i++) {
		const char *name = listing->entries[i].text;
		struct region_place place = {.directory = listing->directory, .name = name, .path = path};

		snprintf(path, sizeof(path), "%s/%s", listing->path, name);
		listing->visitor->found(&place, listing->visitor->argument);
	}
}

/* A directory of `owner`, or -errno. */
static int open_directory(const char *path, uid_t owner)
{
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (directory < 0)
		return -errno;
	if (fstat(directory, &status) == 0 && status.st_uid == owner && (status.st_mode & 077) == 0)
		return directory;
	close(directory);
	return -EPERM;
}

static unsigned search_user(const struct region_query *query, const struct region_visitor *visitor, uid_t owner)
{
	char path[PATH_MAX];
	struct listing listing = {.query = query, .visitor = visitor, .path = path, .owner = owner};

	snprintf(path, sizeof(path), "%s/contend-%u", query->region_dir, owner);
	listing.directory = open_directory(path, owner);
	if (listing.directory < 0) {
		if (listing.directory != -ENOENT)
			refuse(&listing, "", listing.directory);
		return 0;
	}
	list_files(&listing);
	visit(&listing);
	free(listing.entries);
	close(listing.directory);
	return listing.count;
}

unsigned region_search(const struct region_query *query, const struct region_visitor *visitor)
{
	static const char prefix[] = "contend-";
	const struct dirent *entry;
	unsigned count = 0;
	uint64_t owner;
	DIR *stream;

	if (!query->all_users)
		return search_user(query, visitor, geteuid());
	stream = opendir(query->region_dir);
	while (stream && (entry = readdir(stream))) {
		const char *end = NULL;

		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			end = parse_number(entry->d_name + strlen(prefix), UINT_MAX, &owner);
		if (end && *end == '\0')
			count += search_user(query, visitor, (uid_t)owner);
	}
	if (stream)
		closedir(stream);
	return count;
}
