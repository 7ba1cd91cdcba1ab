/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heap.h"
#include "pprof.h"
#include "pprof_text.h"
#include "profile_file.h"
#include "symbolize.h"
#include "symbols.h"
#include "tool_render.h"

static int pack(const Perftools__Profiles__Profile *message, struct rendered *out_rendered)
{
	uint8_t *packed;
	size_t count;
	int error = profile_file_pack(message, &packed, &count);

	if (error)
		return error;
	out_rendered->bytes = malloc(count);
	if (out_rendered->bytes)
		memcpy(out_rendered->bytes, packed, count);
	out_rendered->count = count;
	heap_free(packed);
	return out_rendered->bytes ? 0 : -ENOMEM;
}

static int write_text(const Perftools__Profiles__Profile *message, enum profile which, struct rendered *out_rendered)
{
	FILE *out = open_memstream(&out_rendered->bytes, &out_rendered->count);

	if (!out)
		return -ENOMEM;
	pprof_text_write(message, which, out);
	return fclose(out) == 0 ? 0 : -ENOMEM;
}

/* Where the process sees its files, while it lives. */
static void find_root(pid_t pid, char *out_root, size_t bytes)
{
	snprintf(out_root, bytes, "/proc/%d/root", pid);
	if (access(out_root, F_OK) != 0)
		out_root[0] = '\0';
}

static int add_lines(Perftools__Profiles__Profile **message, const struct render_order *order, const char *root,
		     struct arena *arena)
{
	struct symbolize_order how = {
		.view = {.root = root, .reader = order->reader}, .arena = arena, .lines = order->lines};
	struct symbolize_result result;

	return order->lines ? symbolize_profiles(message, 1, &how, &result) : 0;
}

int tool_render(const struct snapshot *snapshot, const struct render_order *order, struct rendered *out_rendered)
{
	Perftools__Profiles__Profile *message;
	struct arena arena = {0};
	struct symbols *symbols;
	char root[64];
	int error;

	find_root(snapshot->pid, root, sizeof(root));
	error = symbols_resolve(snapshot, root, &symbols);
	if (error)
		return error;
	error = pprof_build(snapshot, symbols, order->which, &arena, &message);
	if (!error)
		error = add_lines(&message, order, root, &arena);
	if (!error && order->form == RENDER_TEXT)
		error = write_text(message, order->which, out_rendered);
	else if (!error)
		error = pack(message, out_rendered);
	arena_free(&arena);
	symbols_free(symbols);
	return error;
}
