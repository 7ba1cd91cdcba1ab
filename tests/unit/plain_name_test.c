/* SPDX-License-Identifier: MIT */
/* Goal: names made of plain parts are what their author wrote; all others are left alone, whatever they hold. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "plain_name.h"
#include "random.h"

enum { MUTATIONS = 100000, ROOM = 128 };

static const struct {
	const char *symbol, *name; /* NULL: none that we know */
} names[] = {
	{"_ZN3app5tableE", "app::table"},
	{"_ZL10cache_lock", "cache_lock"},
	{"_ZL9cache_newv", "cache_new"},
	{"_ZN5Cache4findEPKc", "Cache::find"},
	{"_ZNK5Cache4sizeEv", "Cache::size"},
	{"_ZN5CacheC2Ei", "Cache::Cache"},
	{"_ZN5CacheD1Ev", "Cache::~Cache"},
	{"_ZN12_GLOBAL__N_14lockE", "(anonymous namespace)::lock"},
	{"_ZSt4cout", "std::cout"},
	{"_ZNSt6thread4joinEv", "std::thread::join"},
	{"_ZZN3app3getEvE4lock", "app::get::lock"},
	{"_ZN3app5CACHE17h0123456789abcdefE", "app::CACHE"},
	{"_ZN3app5CACHE16h0123456789abcdeE", "app::CACHE::h0123456789abcde"},
	{"_ZN3app5tableIiEE", NULL},
	{"_Z4swapIiEvRT_S1_", NULL},
	{"_ZN3appplERKS_", NULL},
	{"_ZZN3app3getEiE4lock", NULL},
	{"_ZN99app5tableE", NULL},
	{"_ZN3app5table", NULL},
	{"_ZNE", NULL},
	{"_ZNC1E", NULL},
	{"_Z", NULL},
	{"_RNvC3app5CACHE", NULL},
	{"cache_lock", NULL},
	{"", NULL},
};

static void names_are_plain(void)
{
	char name[ROOM];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool is_plain = plain_name_write(names[i].symbol, name, sizeof(name));

		is_str(is_plain ? name : NULL, names[i].name, "\"%s\"", names[i].symbol);
	}
	ok(!plain_name_write("_ZN3app5tableE", name, 10), "no room");
	ok(plain_name_write("_ZN3app5tableE", name, 11), "just enough");
}

/* In memory of its own, so that the address sanitizer sees where it ends. */
static void anything_is_survived(void)
{
	struct random random;
	unsigned plain = 0;

	random_seed(&random, 7, 1);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		const char *model = names[i % (sizeof(names) / sizeof(names[0]))].symbol;
		size_t bytes = strlen(model), room = random_below(&random, 40) + 1;
		char *symbol = strdup(model), *name = malloc(room);

		if (bytes)
			symbol[random_below(&random, bytes)] = "0129_ZNELCDSthvI"[random_below(&random, 16)];
		if (plain_name_write(symbol, name, room))
			plain += strlen(name) < room;
		free(symbol);
		free(name);
	}
	ok(plain > MUTATIONS / 20, "%u of %d changed symbols have a plain name", plain, MUTATIONS);
}

int main(void)
{
	names_are_plain();
	anything_is_survived();
	return done();
}
