/* SPDX-License-Identifier: MIT */
/* Goal: every field of the pattern, relative and absolute, and names that are too long. */
#include <errno.h>
#include <string.h>

#include "check.h"
#include "output_name.h"

static const struct output_name base = {
	.directory = "/start",
	.program = "prog",
	.host = "box",
	.pid = 42,
	.sequence = 7,
	.wall_ns = INT64_C(1709210096987654321), /* a leap day */
};

static void expands(const char *pattern, const char *expected)
{
	struct output_name name = base;
	char path[200] = "";

	name.pattern = pattern;
	is_u64(output_name_expand(&name, path, sizeof(path)), 0, "'%s'", pattern);
	is_str(path, expected, "becomes '%s'", expected);
}

static void check_times(void)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} times[] = {
		{0, "19700101T000000Z"},          {951782400, "20000229T000000Z"},
		{951868799, "20000229T235959Z"},  {951868800, "20000301T000000Z"},
		{1735689599, "20241231T235959Z"}, {4107542400, "21000301T000000Z"}, /* no leap year */
		{7402300799, "22040727T183959Z"},
	};
	struct output_name name = base;
	char path[100];

	name.pattern = "/%t";
	for (unsigned i = 0; i < sizeof(times) / sizeof(*times); i++) {
		name.wall_ns = times[i].seconds * 1000000000;
		output_name_expand(&name, path, sizeof(path));
		is_str(path + 1, times[i].text, "second %lld", (long long)times[i].seconds);
	}
}

static void check_odd_values(void)
{
	struct output_name name = base;
	char path[100];

	name.pattern = "%e@%h";
	name.program = "a/b";
	name.host = "..//x";
	name.directory = "";
	output_name_expand(&name, path, sizeof(path));
	is_str(path, "a_b@..__x", "names make no directories; without a directory the name stays relative");
	name.program = "a\nb\x1b[2J\x7f\xc3\xa9";
	output_name_expand(&name, path, sizeof(path));
	is_str(path, "a_b_[2J_\xc3\xa9@..__x", "a terminal obeys no name");
	name.pattern = "%e";
	name.program = "";
	output_name_expand(&name, path, sizeof(path));
	is_str(path, "unknown", "a program without a name");
	name.pattern = "/a/%e/%h/b";
	name.program = "..";
	name.host = ".";
	output_name_expand(&name, path, sizeof(path));
	is_str(path, "/a/__/_/b", "names lead out of no directory");
	name.program = ".a.";
	output_name_expand(&name, path, sizeof(path));
	is_str(path, "/a/.a./_/b", "but may begin with a dot");
}

static void check_limits(void)
{
	struct output_name name = base;
	char path[100];

	name.pattern = "%e.%p.%n.abc";
	is_u64(-output_name_expand(&name, path, sizeof("/start/prog.42.7.abc") - 1), ENAMETOOLONG, "one byte too long");
	is_u64(output_name_expand(&name, path, sizeof("/start/prog.42.7.abc")), 0, "and one that just fits");
	is_u64(output_name_has_sequence("a.%p"), false, "no sequence");
	is_u64(output_name_has_sequence("a.%n"), true, "a sequence");
	is_u64(output_name_has_sequence("a.%%n"), false, "a percent sign and an n");
	is_u64(output_name_has_sequence("a.%%%n%"), true, "a percent sign and a sequence");
	is_u64(output_name_has_sequence("a.%"), false, "a percent sign at the end");
}

int main(void)
{
	expands("contend.%e.%p.%n", "/start/contend.prog.42.7");
	expands("/abs/%h-%t", "/abs/box-20240229T123456Z");
	expands("sub/%%p%", "/start/sub/%p%");
	expands("%x%e%%%n", "/start/%xprog%7");
	check_times();
	check_odd_values();
	check_limits();
	return done();
}
