/* SPDX-License-Identifier: MIT */
/* contend show --json: an array with an object for each profile; its stacks, innermost function first. The keys are those of
 * contention in all profiles; `values` says what they are. */
#include <inttypes.h>

#include "tool_show.h"
#include "tool_stack.h"
#include "tool_text.h"

static void print_values(const stack_values values, FILE *out)
{
	fprintf(out, "\"contentions\": %" PRId64 ", \"delay_ns\": %" PRId64, values[STACK_WEIGHT_CONTENTIONS],
		values[STACK_WEIGHT_DELAY_NS]);
}

void tool_show_print_json_comments(const struct shown *shown, FILE *out)
{
	const Perftools__Profiles__Profile *message = shown->profile->message;

	fputs("\"comments\": [", out);
	for (size_t i = 0; i < message->n_comment; i++) {
		fputs(i ? ", " : "", out);
		tool_text_print_json(message->string_table[message->comment[i]], out);
	}
	fputc(']', out);
}

static void print_head(const struct shown *shown, FILE *out)
{
	const Perftools__Profiles__Profile *message = shown->profile->message;
	stack_values total = {stack_tree_total(&shown->tree, 0, STACK_WEIGHT_CONTENTIONS),
			      stack_tree_total(&shown->tree, 0, STACK_WEIGHT_DELAY_NS)};

	fputs("{\"name\": ", out);
	tool_text_print_json(shown->name, out);
	fprintf(out,
		", \"profile\": \"%s\", \"values\": [\"%s\", \"%s\"], \"time_ns\": %" PRId64
		", \"duration_ns\": %" PRId64 ", ",
		shown->profile->kind, shown->profile->values.events, shown->profile->values.duration,
		message->time_nanos, message->duration_nanos);
	print_values(total, out);
	fputs(", ", out);
	tool_show_print_json_comments(shown, out);
	fputs(", \"samples\": [", out);
}

static void print_profile(const struct shown *shown, FILE *out)
{
	print_head(shown, out);
	for (size_t i = 0; i < shown->tree.sample_count; i++) {
		const struct stack_sample *sample = &shown->tree.samples[i];

		fputs(i ? ",\n  {" : "\n  {", out);
		print_values(sample->values[0], out);
		fputs(", ", out);
		tool_stack_print_json(&shown->tree, sample, out);
		fputc('}', out);
	}
	fputs("]}", out);
}

int tool_show_json(struct shown *shown, size_t count, const struct show_order *order, FILE *out)
{
	(void)order;
	fputc('[', out);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? ",\n " : "", out);
		print_profile(&shown[i], out);
	}
	fputs("]\n", out);
	return 0;
}
