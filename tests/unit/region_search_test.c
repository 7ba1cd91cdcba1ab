/* SPDX-License-Identifier: MIT */
/* Goal: all regions are found, oldest first, and nothing but them; a directory that others may write is not looked into. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "region_search.h"

static char region_dir[] = "/tmp/contend-search-test.XXXXXX";
static char directory[64];

/* What was found and what was refused, in words. */
static char seen[1024];

static void note_found(const struct region_place *place, void *argument)
{
	char path[128];
	int file = openat((int)place->directory, place->name, O_RDONLY);

	ok(argument == seen, "the argument comes along");
	ok(file >= 0, "%s can be opened", place->name);
	close(file);
	snprintf(path, sizeof(path), "%s/%s", directory, place->name);
	is_str(place->path, path, "its path");
	strcat(strcat(seen, place->name), " ");
}

static void note_refused(const char *path, int error, void *argument)
{
	size_t length = strlen(directory);

	ok(argument == seen && strncmp(path, directory, length) == 0, "%s is refused", path);
	snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "(%s %s) ", path[length] ? path + length + 1 : "it",
		 strerrorname_np(-error));
}

static unsigned search(pid_t pid, bool all_users)
{
	struct region_query query = {.region_dir = region_dir, .pid = pid, .all_users = all_users};
	struct region_visitor visitor = {.found = note_found, .refused = note_refused, .argument = seen};

	seen[0] = '\0';
	return region_search(&query, &visitor);
}

static void make(const char *name, mode_t mode)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	close(open(path, O_CREAT | O_WRONLY, mode));
}

static void drop(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (unlink(path) != 0 && rmdir(path) != 0)
		abort();
}

static void check_names(void)
{
	static const char *const others[] = {"",
					     "1",
					     "1.2",
					     "1.2.3.4",
					     "1.2.3x",
					     "-1.2.3",
					     "0.2.3",
					     "+1.2.3",
					     "01.2.3",
					     " 1.2.3",
					     "1.2.3 ",
					     "1..3",
					     "1.2.",
					     ".2.3",
					     "2147483648.2.3",
					     "1.2.4294967296",
					     "1.18446744073709551616.3",
					     "x.2.3"};
	struct region_name name = {0};

	ok(region_name_parse("2147483647.18446744073709551615.4294967295", &name), "the largest name");
	ok(name.pid == 2147483647 && name.process_start == UINT64_MAX && name.number == 4294967295, "its numbers");
	ok(region_name_parse("1.0.0", &name) && name.pid == 1 && name.process_start == 0 && name.number == 0,
	   "the smallest");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		ok(!region_name_parse(others[i], &name), "'%s' is none", others[i]);
}

static void check_order(void)
{
	is_u64(search(0, false), 0, "no directory: nothing is found");
	is_str(seen, "", "and nothing refused");
	mkdir(directory, 0700);
	is_u64(search(0, false), 0, "an empty one");
	make("30.900.0", 0600);
	make("7.1000.1", 0600);
	make("7.1000.0", 0600);
	make("7.1000.10", 0600);
	make("123.2.0", 0600);
	is_u64(search(0, false), 5, "all are found");
	is_str(seen, "123.2.0 30.900.0 7.1000.0 7.1000.1 7.1000.10 ", "oldest first");
	is_u64(search(7, false), 3, "of one process");
	is_str(seen, "7.1000.0 7.1000.1 7.1000.10 ", "all of it");
	is_u64(search(12, false), 0, "of one that there is not");
}

static void check_foreign(void)
{
	char link[128];

	make("notes", 0600);
	is_u64(search(30, false), 1, "what is asked for");
	is_str(seen, "30.900.0 ", "foreign files do not matter then");
	is_u64(search(0, false), 5, "all regions");
	ok(strstr(seen, "(notes EBADMSG) "), "a foreign file is named");
	drop("notes");
	snprintf(link, sizeof(link), "%s/31.900.0", directory);
	ok(symlink("/etc/passwd", link) == 0 && search(31, false) == 0, "a link is no region");
	is_str(seen, "(31.900.0 ELOOP) ", "and named");
	drop("31.900.0");
	ok(mkdir(link, 0700) == 0 && search(31, false) == 0, "a directory is none");
	is_str(seen, "(31.900.0 EBADMSG) ", "and named");
	drop("31.900.0");
	make("31.900.0", 0640);
	is_u64(search(31, false), 0, "one that others may read is none");
	is_str(seen, "(31.900.0 EPERM) ", "and named");
	drop("31.900.0");
}

static void check_directory(void)
{
	char elsewhere[80];

	chmod(directory, 0750);
	is_u64(search(0, false), 0, "a directory that others may enter is not looked into");
	is_str(seen, "(it EPERM) ", "and that is said");
	chmod(directory, 0700);
	snprintf(elsewhere, sizeof(elsewhere), "%s.real", directory);
	rename(directory, elsewhere);
	ok(symlink(elsewhere, directory) == 0 && search(0, false) == 0, "a link to a directory is not followed");
	ok(strcmp(seen, "(it ELOOP) ") == 0 || strcmp(seen, "(it ENOTDIR) ") == 0, "and that is said: %s", seen);
	unlink(directory);
	rename(elsewhere, directory);
}

static void check_users(void)
{
	is_u64(search(0, true), 5, "of all users: ours at least");
	if (geteuid() != 0) {
		skip(3, "only root can make another user's directory");
		return;
	}
	ok(chown(directory, 12345, 12345) == 0 && search(0, false) == 0, "a directory that belongs to another");
	is_str(seen, "(it EPERM) ", "is not looked into");
	ok(search(0, true) == 0 && strcmp(seen, "(it EPERM) ") == 0, "for all users, neither");
	ok(chown(directory, 0, 0) == 0, "(and back)");
}

static void clean(void)
{
	static const char *const names[] = {"30.900.0", "7.1000.1", "7.1000.0", "7.1000.10", "123.2.0"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		drop(names[i]);
	rmdir(directory);
	ok(rmdir(region_dir) == 0, "nothing else is left");
}

int main(void)
{
	if (!mkdtemp(region_dir))
		return 1;
	snprintf(directory, sizeof(directory), "%s/contend-%u", region_dir, geteuid());
	check_names();
	check_order();
	check_foreign();
	check_directory();
	check_users();
	clean();
	return done();
}
