/* SPDX-License-Identifier: MIT */
/* Goal of this test: every option takes good values, keeps its default when given bad ones or none, and says so once.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "config.h"
#include "config_value.h"

/* Each option of options.def needs a line here: a good value and what it means, a bad value, and what no value means. A
 * text's meaning is written in words, everything else in numbers. */
#define VALUES_fraction         "100", NUMBER(100), "all", NUMBER(5)
#define VALUES_block_rate_ns    "500us", NUMBER(500000), "1 ms", NUMBER(1000000)
#define VALUES_max_overhead_ppm "0.25%", NUMBER(2500), "1", NUMBER(0)
#define VALUES_out              "/var/tmp/%e", WORDS("/var/tmp/%e"), "", WORDS("contend.%e.%p.%n")
#define VALUES_signal           "SIGUSR1", NUMBER(10), "KILL", NUMBER(12)
#define VALUES_exit             "0", NUMBER(0), "yes", NUMBER(1)
#define VALUES_spin             "1", NUMBER(1), "on", NUMBER(0)
#define VALUES_semaphore_locks  "1", NUMBER(1), "yes", NUMBER(0)
#define VALUES_wakers           "1", NUMBER(1), "2", NUMBER(0)
#define VALUES_lock_labels      "address", NUMBER(2), "names", NUMBER(1)
#define VALUES_histogram        "1", NUMBER(1), "yes", NUMBER(0)
#define VALUES_pairs            "1", NUMBER(1), "2", NUMBER(0)
#define VALUES_hold_rate        "100", NUMBER(100), "-1", NUMBER(0)
#define VALUES_depth            "32", NUMBER(32), "1025", NUMBER(128)
#define VALUES_memory_bytes     "64m", NUMBER(64 << 20), "1k", NUMBER(8 << 20)
#define VALUES_region_dir       "/run/user/1000", WORDS("/run/user/1000"), "", WORDS("/dev/shm")
#define VALUES_children         "0", NUMBER(0), "2", NUMBER(1)
#define VALUES_seed             "42", NUMBER(42), "-42", NUMBER(0)
#define VALUES_verbose          "1", NUMBER(1), "", NUMBER(0)

#define NUMBER(number)                                                                                                 \
	{                                                                                                              \
		number, NULL                                                                                           \
	}
#define WORDS(words)                                                                                                   \
	{                                                                                                              \
		0, words                                                                                               \
	}

struct meaning {
	int64_t number;
	const char *words;
};

static const struct {
	const char *variable;
	bool is_text;
	const void *field;
	const char *good;
	struct meaning good_meaning;
	const char *bad;
	struct meaning fallback;
} cases[] = {
#define IS_TEXT_number      false
#define IS_TEXT_duration    false
#define IS_TEXT_bytes       false
#define IS_TEXT_share       false
#define IS_TEXT_flag        false
#define IS_TEXT_signal      false
#define IS_TEXT_lock_labels false
#define IS_TEXT_text        true
#define OPTION(field, variable, type, fallback, least, most, sentence)                                                 \
	{variable, IS_TEXT_##type, &config.field, VALUES_##field},
#include "options.def"
#undef OPTION
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static struct {
	unsigned number;
	char last[1024];
} complaints;

static void complain(const char *line)
{
	complaints.number++;
	snprintf(complaints.last, sizeof(complaints.last), "%s", line);
}

/* config_read with these strings, the last of which is NULL. */
static void read_strings(char *const strings[])
{
	memset(&config, 0x55, sizeof(config));
	complaints.number = 0;
	complaints.last[0] = '\0';
	config_read(strings, complain);
}

static void read_one(const char *variable, const char *value)
{
	static char string[8192];

	snprintf(string, sizeof(string), "%s=%s", variable, value);
	read_strings((char *[]){"HOME=/root", string, "CONTENDER=1", NULL});
}

static void means(size_t i, struct meaning expected, const char *what)
{
	if (cases[i].is_text)
		is_str(*(const char *const *)cases[i].field, expected.words, "%s: %s", cases[i].variable, what);
	else
		is_u64(*(const int64_t *)cases[i].field, expected.number, "%s: %s", cases[i].variable, what);
}

static void test_option(size_t i)
{
	read_strings((char *[]){NULL});
	means(i, cases[i].fallback, "missing");
	is_u64(complaints.number, 0, "%s: nothing is said", cases[i].variable);
	read_one(cases[i].variable, cases[i].good);
	means(i, cases[i].good_meaning, "good");
	is_u64(complaints.number, 0, "%s: nothing is said", cases[i].variable);
	read_one(cases[i].variable, cases[i].bad);
	means(i, cases[i].fallback, "bad");
	is_u64(complaints.number, 1, "%s: one line is said", cases[i].variable);
	ok(strstr(complaints.last, cases[i].variable) == complaints.last && strstr(complaints.last, cases[i].bad),
	   "it names both: %s", complaints.last);
	for (size_t other = 0; other < CASES; other++)
		if (other != i)
			means(other, cases[other].fallback, "is not touched");
}

/* Values in detail: text, and what CONTEND_... becomes; REFUSED for what must not be taken. */
enum { REFUSED = -1 };

struct spelling {
	const char *value;
	int64_t meaning;
};

static void test_spellings(const char *variable, const int64_t *field, int64_t fallback,
			   const struct spelling *spellings)
{
	for (; spellings->value; spellings++) {
		bool refused = spellings->meaning == REFUSED;

		read_one(variable, spellings->value);
		is_u64(*field, refused ? fallback : spellings->meaning, "%s=%s", variable, spellings->value);
		is_u64(complaints.number, refused, "%s=%s: %s", variable, spellings->value,
		       refused ? complaints.last : "taken");
	}
}

static void test_numbers(void)
{
	static const struct spelling fractions[] = {
		{"0", 0},
		{"1", 1},
		{"007", 7},
		{"2147483647", 2147483647},
		{"2147483648", REFUSED},
		{"9223372036854775808", REFUSED},
		{"18446744073709551617", REFUSED},
		{"99999999999999999999999999999999", REFUSED},
		{"-1", REFUSED},
		{"+1", REFUSED},
		{" 1", REFUSED},
		{"1 ", REFUSED},
		{"1x", REFUSED},
		{"0x10", REFUSED},
		{"1.5", REFUSED},
		{"1,000", REFUSED},
		{"1k", REFUSED},
		{"5=5", REFUSED},
		{"", REFUSED},
		{NULL, 0},
	};
	static const struct spelling seeds[] = {
		{"9223372036854775807", INT64_MAX},
		{"9223372036854775808", REFUSED},
		{NULL, 0},
	};

	test_spellings("CONTEND_FRACTION", &config.fraction, 5, fractions);
	test_spellings("CONTEND_SEED", &config.seed, 0, seeds);
}

static void test_durations(void)
{
	static const struct spelling rates[] = {
		{"0", 0},
		{"0s", 0},
		{"100", 100},
		{"100ns", 100},
		{"500us", 500000},
		{"3ms", 3000000},
		{"2s", 2000000000},
		{"2S", 2000000000},
		{"86400s", INT64_C(86400000000000)},
		{"86401s", REFUSED},
		{"9223372036s", REFUSED},
		{"18446744074s", REFUSED}, /* 2^64 + something ns */
		{"1.5ms", 1500000},
		{"0.25s", 250000000},
		{"1.000000001s", 1000000001},
		{"1.0000000001s", REFUSED},
		{"0.5", REFUSED},
		{"1.ms", REFUSED},
		{".5ms", REFUSED},
		{"1.5.5ms", REFUSED},
		{"1m", REFUSED},
		{"ms", REFUSED},
		{"1ms2us", REFUSED},
		{"1 ms", REFUSED},
		{"-1ms", REFUSED},
		{"1e6", REFUSED},
		{NULL, 0},
	};

	test_spellings("CONTEND_BLOCK_RATE", &config.block_rate_ns, 1000000, rates);
}

static void test_shares(void)
{
	static const struct spelling shares[] = {
		{"0%", 0},
		{"1%", 10000},
		{"0.05%", 500},
		{"12.3456%", 123456},
		{"0.00001%", REFUSED},
		{"100%", 1000000},
		{"100.0001%", REFUSED},
		{"1", REFUSED},
		{"%", REFUSED},
		{"1 %", REFUSED},
		{"-1%", REFUSED},
		{NULL, 0},
	};

	test_spellings("CONTEND_MAX_OVERHEAD", &config.max_overhead_ppm, 0, shares);
}

static void test_bytes(void)
{
	static const struct spelling sizes[] = {
		{"2097152", 2 << 20},
		{"4096k", 4 << 20},
		{"8m", 8 << 20},
		{"9M", 9 << 20},
		{"16MiB", 16 << 20},
		{"4g", INT64_C(4) << 30},
		{"4096m", INT64_C(4) << 30},
		{"5g", REFUSED},
		{"1m", REFUSED},
		{"17179869184g", REFUSED}, /* 2^64 bytes */
		{"8mb", REFUSED},
		{"8 m", REFUSED},
		{"m", REFUSED},
		{NULL, 0},
	};

	test_spellings("CONTEND_MEMORY", &config.memory_bytes, 8 << 20, sizes);
}

static void test_signals(void)
{
	static const struct spelling signals[] = {
		{"none", 0},          {"NONE", 0},      {"USR1", 10},       {"SIGUSR1", 10},       {"usr1", 10},
		{"10", 10},           {"PROF", 27},     {"RTMIN", 34},      {"SIGRTMIN+3", 37},    {"RTMIN+30", 64},
		{"64", 64},           {"0", REFUSED},   {"KILL", REFUSED},  {"9", REFUSED},        {"STOP", REFUSED},
		{"SIGSEGV", REFUSED}, {"11", REFUSED},  {"ABRT", REFUSED},  {"32", REFUSED},       {"33", REFUSED},
		{"65", REFUSED},      {"-1", REFUSED},  {"012", REFUSED},   {"RTMIN+31", REFUSED}, {"RTMIN+", REFUSED},
		{"RTMIN-1", REFUSED}, {"SIG", REFUSED}, {"SIG12", REFUSED}, {"USR2 ", REFUSED},    {"USR3", REFUSED},
		{"", REFUSED},        {NULL, 0},
	};

	test_spellings("CONTEND_SIGNAL", &config.signal, 12, signals);
}

static void test_flags(void)
{
	static const struct spelling flags[] = {
		{"0", 0}, {"1", 1}, {"2", REFUSED}, {"no", REFUSED}, {"", REFUSED}, {NULL, 0},
	};

	test_spellings("CONTEND_EXIT", &config.exit, 1, flags);
}

static void test_texts(void)
{
	static char longest[4001 + 1];

	memset(longest, 'x', 4000);
	read_one("CONTEND_OUT", longest);
	is_str(config.out, longest, "a text of 4000 bytes is taken");
	memset(longest, 'x', 4001);
	read_one("CONTEND_OUT", longest);
	is_str(config.out, "contend.%e.%p.%n", "one of 4001 is not");
	is_u64(complaints.number, 1, "and it is said");
	ok(strlen(complaints.last) < 200 && strstr(complaints.last, "xxx...\""), "shortened: %s", complaints.last);
	read_one("CONTEND_OUT", "a=b \xc3\xa4 c");
	is_str(config.out, "a=b \xc3\xa4 c", "a text is taken as it is");
}

static void test_lines(void)
{
	read_one("CONTEND_FRACTION", "1\x1b[31m\n\x7f\xff");
	is_str(complaints.last, "CONTEND_FRACTION: \"1?[31m???\" is not a number, 0 to 2147483647; 5 is used",
	       "what a terminal would obey is masked");
	read_one("CONTEND_BLOCK_RATE", "soon");
	is_str(complaints.last,
	       "CONTEND_BLOCK_RATE: \"soon\" is not a duration, 0ns to 86400s (like 500us, 1ms or 2s; ns without a unit); "
	       "1ms is used",
	       "the line tells what is accepted");
	read_one("CONTEND_MEMORY", "lots");
	is_str(complaints.last,
	       "CONTEND_MEMORY: \"lots\" is not a size, 2m to 4g (like 512k or 8m; bytes without a unit); 8m is used",
	       "in the units of the option");
}

static void test_unknown(const char *variable, const char *line)
{
	read_one(variable, "1");
	is_u64(complaints.number, 1, "%.40s: one line is said", variable);
	is_str(complaints.last, line, "and it helps");
}

static void test_unknown_variables(void)
{
	char name[8000] = "CONTEND_";

	test_unknown("CONTEND_FRACTON", "CONTEND_FRACTON: no such option; did you mean CONTEND_FRACTION?");
	test_unknown("CONTEND_BLOCKRATE", "CONTEND_BLOCKRATE: no such option; did you mean CONTEND_BLOCK_RATE?");
	test_unknown("CONTEND_EXT", "CONTEND_EXT: no such option; did you mean CONTEND_EXIT?");
	test_unknown("CONTEND_FRACTION_", "CONTEND_FRACTION_: no such option; did you mean CONTEND_FRACTION?");
	test_unknown("CONTEND_COLOUR", "CONTEND_COLOUR: no such option");
	test_unknown("CONTEND_", "CONTEND_: no such option");
	test_unknown("CONTEND_\x01", "CONTEND_?: no such option");
	memset(name + 8, 'X', 7000);
	test_unknown(name, "CONTEND_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX...: no such option");
	read_strings((char *[]){"CONTEND_FRACTION", "CONTEND", "XCONTEND_FRACTION=2", "=1", "", "contend_x=1", NULL});
	is_u64(complaints.number, 0, "what is no variable of ours is left alone");
	is_u64(config.fraction, 5, "and changes nothing");
}

static void test_whole_environments(void)
{
	read_strings((char *[]){"CONTEND_DEPTH=10", "CONTEND_DEPTH=20", NULL});
	is_u64(config.depth, 10, "the first of two counts, as with getenv");
	read_strings((char *[]){"CONTEND_FRACTION=x", "CONTEND_DEPTH=x", "CONTEND_NONSENSE=x", "CONTEND_SEED=9", NULL});
	is_u64(complaints.number, 3, "each mistake gets its line");
	is_u64(config.seed, 9, "and spoils no other option");
	read_strings(NULL);
	is_u64(config.depth, 128, "no environment at all gives the defaults");
}

static struct {
	unsigned lines;
	unsigned variables;
	unsigned sentences;
} described;

static void count_line(const char *line)
{
	const struct config_option *option = &config_options[described.lines / 2];

	described.variables +=
		described.lines % 2 == 0 && strstr(line, option->variable) && strstr(line, option->fallback);
	described.sentences += described.lines % 2 == 1 && strstr(line, option->sentence);
	described.lines++;
}

static void test_description(void)
{
	config_describe(count_line);
	is_u64(described.lines, 2 * config_option_count, "two lines of help for each option");
	is_u64(described.variables, config_option_count, "with variable and default");
	is_u64(described.sentences, config_option_count, "and the sentence, whole");
}

static void test_printing(void)
{
	static const struct {
		int64_t ns;
		const char *text;
	} durations[] = {{0, "0"},      {1, "1ns"},       {1500, "1500ns"},
			 {2000, "2us"}, {1000000, "1ms"}, {INT64_C(10000000000), "10s"}};
	const struct config_value_range range = {.type = CONFIG_VALUE_duration, .most = INT64_MAX};

	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		int64_t again = -1;
		char text[32];

		config_value_print(&range, durations[i].ns, text, sizeof(text));
		is_str(text, durations[i].text, "%lld ns as a user would write it", (long long)durations[i].ns);
		ok(config_value_parse(&range, text, &again) && again == durations[i].ns, "and read");
	}
}

int main(void)
{
	is_u64(config_option_count, CASES, "every option is listed");
	for (size_t i = 0; i < CASES; i++)
		test_option(i);
	test_numbers();
	test_durations();
	test_shares();
	test_bytes();
	test_signals();
	test_flags();
	test_texts();
	test_lines();
	test_unknown_variables();
	test_whole_environments();
	test_description();
	test_printing();
	return done();
}
