/* SPDX-License-Identifier: MIT */
/* stress [--seed N] [--seconds N] STORM[:THREADS]...: runs storms, beside each other in one process, until the time is over.
 * stress ledger: prints what STRESS_LEDGER holds.
 * stress child NAME ARGUMENT...: what storms execute.
 *
 * Says "over" when all storms are, and waits for the end of standard input before it ends: the process can be looked at. Exit
 * status 1, with a line on standard error, if anything was not as it should be. Notes go to descriptor 3, if that is open.
 */
#include <inttypes.h>

#include "stress.h"

enum { STORMS_LIMIT = 16, THREADS_DEFAULT = 8, SECONDS_DEFAULT = 2 };

const char *stress_program;

static const struct storm {
	const char *name;
	void (*run)(const struct stress *stress);
	const char *words;
} storms[] = {
#define STORM(name, words) {#name, storm_##name, words},
#include "stress/storms.def"
#undef STORM
};

enum { STORMS = sizeof(storms) / sizeof(storms[0]) };

struct running {
	const struct storm *storm;
	struct stress stress;
	pthread_t thread;
};

void stress_note(const char *what, uint64_t count)
{
	char line[128];
	int length = snprintf(line, sizeof(line), "%s: %" PRIu64 "\n", what, count);

	unseen_call(SYS_write, 3, (long)line, length, 0);
}

void stress_run(const struct stress *stress, unsigned count, void *(*body)(void *worker), void *shared)
{
	struct stress_worker *workers = calloc(count, sizeof(*workers));
	pthread_attr_t attributes;

	need(workers && !pthread_attr_init(&attributes) && !pthread_attr_setstacksize(&attributes, 128 * 1024),
	     "memory");
	for (unsigned i = 0; i < count; i++) {
		struct stress_worker worker = {stress, i, stress_random(stress, i), shared, 0};

		workers[i] = worker;
		need(!pthread_create(&workers[i].thread, &attributes, body, &workers[i]), "thread %u of %u", i, count);
	}
	for (unsigned i = 0; i < count; i++)
		need(unseen_join(workers[i].thread), "thread %u ended", i);
	pthread_attr_destroy(&attributes);
	free(workers);
}

void stress_ask_for_dump(void)
{
	if (getenv("LD_PRELOAD"))
		unseen_call(SYS_tgkill, unseen_call(SYS_getpid, 0, 0, 0, 0), unseen_call(SYS_gettid, 0, 0, 0, 0),
			    SIGUSR2, 0);
}

static int run_child(int argc, char **argv)
{
#define CHILD(name)                                                                                                    \
	if (!strcmp(argv[0], #name))                                                                                   \
		return child_##name(argc, argv);
#include "stress/children.def"
#undef CHILD
	need(false, "there is a child %s", argv[0]);
}

static void *run_storm(void *argument)
{
	struct running *running = argument;

	running->storm->run(&running->stress);
	return NULL;
}

/* STORM or STORM:THREADS. */
static struct running parse_storm(const char *text, uint64_t seed)
{
	size_t name_bytes = strcspn(text, ":");
	struct running running = {.stress = {.seed = seed, .threads = THREADS_DEFAULT}};

	for (int i = 0; i < STORMS; i++)
		if (strlen(storms[i].name) == name_bytes && !strncmp(storms[i].name, text, name_bytes))
			running.storm = &storms[i];
	need(running.storm, "there is a storm %s", text);
	if (text[name_bytes])
		running.stress.threads = strtoul(text + name_bytes + 1, NULL, 10);
	need(running.stress.threads > 0, "threads of %s", text);
	return running;
}

static void run_all(struct running *all, int count, double seconds)
{
	uint64_t end_ns = hazard_now_ns() + (uint64_t)(seconds * 1e9);

	for (int i = 0; i < count; i++) {
		all[i].stress.end_ns = end_ns;
		all[i].thread = hazard_start(run_storm, &all[i]);
	}
	for (int i = 0; i < count; i++)
		need(unseen_join(all[i].thread), "storm %s", all[i].storm->name);
}

/* Unseen, as all that is not counted. */
static void await_end_of_input(void)
{
	char byte;
	long got;

	unseen_call(SYS_write, 1, (long)"over\n", 5, 0);
	do {
		got = unseen_call(SYS_read, 0, (long)&byte, 1, 0);
	} while (got > 0 || got == -EINTR);
}

int main(int argc, char **argv)
{
	struct running running[STORMS_LIMIT];
	double seconds = SECONDS_DEFAULT;
	uint64_t seed = 1;
	int count = 0, next = 1;

	stress_program = argv[0];
	ledger_open();
	if (argc == 2 && !strcmp(argv[1], "ledger")) {
		ledger_print();
		return 0;
	}
	if (argc > 2 && !strcmp(argv[1], "child")) {
		certain_init();
		return run_child(argc - 2, argv + 2);
	}
	for (; next + 1 < argc && argv[next][0] == '-'; next += 2) {
		if (!strcmp(argv[next], "--seed"))
			seed = strtoull(argv[next + 1], NULL, 10);
		else
			seconds = strtod(argv[next + 1], NULL);
	}
	for (; next < argc && count < STORMS_LIMIT; next++)
		running[count++] = parse_storm(argv[next], seed);
	need(count > 0, "a storm is named");
	certain_init();
	run_all(running, count, seconds);
	await_end_of_input();
	return 0;
}
