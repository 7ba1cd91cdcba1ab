/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <sys/mman.h>

#include "hazard/hazard.h"
#include "ledger.h"

struct ledger *ledger;

static const char *const kind_names[] = {
#define WAIT_KIND(identifier, name, end, is_idle) [identifier] = name,
#include "wait_kinds.def"
#undef WAIT_KIND
};

void ledger_open(void)
{
	const char *path = getenv("STRESS_LEDGER");
	int file = -1, flags = MAP_SHARED | MAP_ANONYMOUS;
	void *memory;

	if (path) {
		flags = MAP_SHARED;
		file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		need(file >= 0 && !ftruncate(file, sizeof(struct ledger)), "ledger %s", path);
	}
	memory = mmap(NULL, sizeof(struct ledger), PROT_READ | PROT_WRITE, flags, file, 0);
	need(memory != MAP_FAILED, "memory for the ledger");
	if (file >= 0)
		close(file);
	ledger = memory;
}

enum wait_kind ledger_kind(const char *name)
{
	for (int kind = 0; kind < WAIT_KIND_COUNT; kind++)
		if (!strcmp(kind_names[kind], name))
			return kind;
	need(false, "a kind of wait is called %s", name);
}

void ledger_print(void)
{
	for (int kind = 0; kind < WAIT_KIND_COUNT; kind++)
		if (ledger->kinds[kind].begun)
			printf("kind %s %" PRIu64 " %" PRIu64 "\n", kind_names[kind], ledger->kinds[kind].begun,
			       ledger->kinds[kind].done);
	printf("mixed %" PRIu32 "\n", ledger->is_mixed);
}
