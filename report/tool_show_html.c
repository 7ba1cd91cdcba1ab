/* SPDX-License-Identifier: MIT */
/* contend show --html: a page that draws flame graphs (flame.js), with the profiles in it as JSON. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "flame_files.h"
#include "string_table.h"
#include "tool_show.h"
#include "tool_template.h"
#include "tool_text.h"

struct page {
	struct shown *shown;
	size_t count;
	const struct show_order *order;
};

/* The different kinds of a profile's samples, and values of the tree's label. */
struct labels {
	struct arena arena;
	struct string_table kinds, values;
};

static int print_title(const void *argument, FILE *out)
{
	const struct page *page = argument;

	fputs("contention: ", out);
	tool_text_print_xml(page->shown[0].name, out);
	for (size_t i = 1; i < page->count; i++) {
		if (page->shown[i].name == page->shown[i - 1].name) /* of one process */
			continue;
		fputs(", ", out);
		tool_text_print_xml(page->shown[i].name, out);
	}
	return 0;
}

static void print_frames(const struct stack_tree *tree, FILE *out)
{
	fputs("\"frames\": [", out);
	for (size_t i = 0; i < tree->frame_count; i++) {
		fputs(i ? ",\n[" : "[", out);
		tool_text_print_json(tool_text_function(tree->frames[i].function), out);
		fputs(", ", out);
		tool_text_print_json(tree->frames[i].file, out);
		fputs(", ", out);
		tool_text_print_json(tree->frames[i].object, out);
		fputc(']', out);
	}
	fputs("],\n", out);
}

/* Without the root, which has nothing to tell. */
static void print_nodes(const struct stack_tree *tree, FILE *out)
{
	fputs("\"nodes\": [", out);
	for (size_t i = STACK_TREE_ROOT + 1; i < tree->node_count; i++)
		fprintf(out, "%s%" PRIu32 ", %" PRIu32, i > 1 ? ", " : "", tree->nodes[i].parent, tree->nodes[i].frame);
	fputs("],\n", out);
}

static void print_samples(const struct stack_tree *tree, struct labels *labels, FILE *out)
{
	fputs("\"samples\": [", out);
	for (size_t i = 0; i < tree->sample_count; i++) {
		const struct stack_sample *sample = &tree->samples[i];

		fprintf(out, "%s%" PRIu32 ", %" PRIu32 ", %" PRIu32 ", %" PRId64 ", %" PRId64, i ? ", " : "",
			sample->node, string_table_number(&labels->kinds, sample->kind),
			string_table_number(&labels->values, sample->value),
			sample->values[0][STACK_WEIGHT_CONTENTIONS], sample->values[0][STACK_WEIGHT_DELAY_NS]);
	}
	fputs("],\n", out);
}

static void print_labels(const struct labels *labels, FILE *out)
{
	fputs("\"kinds\": [", out);
	for (size_t i = 0; i < labels->kinds.count; i++) {
		const char *kind = labels->kinds.texts[i];

		fprintf(out, "%s{\"idle\": %s, \"name\": ", i ? ", " : "", stack_tree_is_idle(kind) ? "true" : "false");
		tool_text_print_json(kind, out);
		fputc('}', out);
	}
	fputs("],\n\"values\": [", out);
	for (size_t i = 0; i < labels->values.count; i++) {
		fputs(i ? ", " : "", out);
		tool_text_print_json(labels->values.texts[i], out);
	}
	fputs("]}", out);
}

static int print_profile(const struct shown *shown, FILE *out)
{
	struct labels labels = {.kinds.arena = &labels.arena, .values.arena = &labels.arena};
	int error;

	string_table_init(&labels.kinds);
	string_table_init(&labels.values);
	fputs("{\"name\": ", out);
	tool_text_print_json(shown->name, out);
	fprintf(out,
		", \"profile\": \"%s\", \"words\": {\"contentions\": \"%s\", \"delay\": \"%s\"}, \"duration_ns\": %" PRId64
		",\n",
		shown->profile->kind, shown->profile->values.events, shown->profile->values.duration,
		shown->profile->message->duration_nanos);
	tool_show_print_json_comments(shown, out);
	fputs(",\n", out);
	print_frames(&shown->tree, out);
	print_nodes(&shown->tree, out);
	print_samples(&shown->tree, &labels, out);
	error = labels.kinds.error ? labels.kinds.error : labels.values.error;
	if (!error)
		print_labels(&labels, out);
	string_table_free(&labels.kinds);
	string_table_free(&labels.values);
	arena_free(&labels.arena);
	return error;
}

static int print_data(const void *argument, FILE *out)
{
	static const char *const weights[] = {
		[STACK_WEIGHT_CONTENTIONS] = "contentions", [STACK_WEIGHT_DELAY_NS] = "delay"};
	const struct page *page = argument;
	const char *label = page->order->label;
	int error = 0;

	fprintf(out, "{\"weight\": \"%s\", \"group\": \"%s\", \"label\": ", weights[page->order->weight],
		!label                       ? "none"
		: strcmp(label, "kind") == 0 ? "kind"
					     : "label");
	tool_text_print_json(page->shown[0].tree.label, out);
	fputs(", \"profiles\": [\n", out);
	for (size_t i = 0; i < page->count && !error; i++) {
		fputs(i ? ",\n" : "", out);
		error = print_profile(&page->shown[i], out);
	}
	fputs("]}", out);
	return error;
}

int tool_show_html(struct shown *shown, size_t count, const struct show_order *order, FILE *out)
{
	static const struct tool_template_place places[] = {
		{.name = "title", .print = print_title},
		{.name = "style", .text = flame_css},
		{.name = "data", .print = print_data},
		{.name = "script", .text = flame_js},
		{.name = "script_sha256", .text = flame_js_sha256},
		{0},
	};
	struct page page = {.shown = shown, .count = count, .order = order};

	return tool_template_print(flame_html, places, &page, out);
}
