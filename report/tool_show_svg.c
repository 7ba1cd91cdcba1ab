/* SPDX-License-Identifier: MIT */
/* contend show --svg: flame graphs as a picture; opened in a browser, it zooms and searches (flame_svg.js). */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "flame_files.h"
#include "flame_layout.h"
#include "heap.h"
#include "tool_show.h"
#include "tool_stack.h"
#include "tool_text.h"
#include "tool_words.h"
#include "utf8.h"

enum {
	ROW_PX = 17,
	MARGIN_PX = 12,
	TITLE_PX = 44,   /* of the picture */
	HEAD_PX = 46,    /* of a panel, above its frames */
	ALONE_PX = 1200, /* the width of a panel */
	BESIDE_PX = 760, /* of each where there are several */
	CHARACTER_PX = 7,
};

static const double least_px = 0.01, shown_px = 0.5; /* what is narrower shows when something is zoomed */

struct panel {
	const struct shown *shown;
	struct flame_layout layout;
	enum stack_weight weight;
	double width;
	uint32_t *numbers; /* of nodes: where they stand among those that are drawn */
};

/* As much of a name as has room, in whole characters. */
static void print_text(const char *name, double width, FILE *out)
{
	char text[256];
	size_t room = width > 6 ? (size_t)(width - 6) / CHARACTER_PX : 0, bytes = 0, step;
	bool is_whole;

	while (room > 2 && (step = utf8_character_bytes(name + bytes)) && bytes + step < sizeof(text) && --room > 0)
		bytes += step;
	is_whole = name[bytes] == '\0';
	memcpy(text, name, bytes);
	text[bytes] = '\0';
	tool_text_print_xml(text, out);
	fputs(bytes && !is_whole ? "…" : "", out);
}

static const char *node_name(const struct panel *panel, uint32_t node)
{
	const struct stack_tree *tree = &panel->shown->tree;

	return node == STACK_TREE_ROOT ? "all" : tool_text_function(tree->frames[tree->nodes[node].frame].function);
}

/* "12.34 ms, 5 contentions"; or acquisitions, waits */
static void print_values(const struct panel *panel, uint32_t node, FILE *out)
{
	tool_stack_print_plain_duration((double)panel->layout.totals[STACK_WEIGHT_DELAY_NS][node], out);
	fprintf(out, ", %" PRId64 " %s", panel->layout.totals[STACK_WEIGHT_CONTENTIONS][node],
		panel->shown->profile->values.events);
}

static void print_frame(const struct panel *panel, uint32_t node, FILE *out)
{
	const struct flame_layout *layout = &panel->layout;
	double x = layout->x[node] * panel->width, width = layout->widths[node] * panel->width;
	double y = HEAD_PX + layout->depths[node] * ROW_PX;
	const char *name = node_name(panel, node);

	fprintf(out,
		"<g class=\"frame\" data-x=\"%.6g\" data-w=\"%.6g\" data-d=\"%" PRIu32 "\" data-p=\"%" PRIu32
		"\" data-v=\"%" PRId64 "\" data-n=\"",
		x, width, layout->depths[node], panel->numbers[panel->shown->tree.nodes[node].parent],
		layout->totals[panel->weight][node]);
	tool_text_print_xml(name, out);
	fprintf(out, "\"%s><title>", width < shown_px ? " display=\"none\"" : "");
	tool_text_print_xml(name, out);
	fputs(": ", out);
	print_values(panel, node, out);
	fprintf(out,
		", %.2f %%</title><rect x=\"%.6g\" y=\"%g\" width=\"%.6g\" height=\"%d\" rx=\"2\" fill=\"#%06x\"/>",
		100 * layout->widths[node], x, y, width, ROW_PX - 1, flame_layout_colour(&panel->shown->tree, node));
	fprintf(out, "<text x=\"%.6g\" y=\"%g\">", x + 3, y + ROW_PX - 5);
	print_text(name, width, out);
	fputs("</text></g>\n", out);
}

static void print_head(const struct panel *panel, FILE *out)
{
	fprintf(out, "<text class=\"head\" y=\"14\">%s: ", panel->shown->profile->kind);
	print_values(panel, STACK_TREE_ROOT, out);
	fputs("</text>\n<text class=\"faint\" y=\"32\">", out);
	print_text(panel->shown->name, panel->width - 160, out);
	fprintf(out, "</text>\n<text class=\"note faint\" x=\"%g\" y=\"32\" text-anchor=\"end\">width: %s</text>\n",
		panel->width, tool_words_of_weight(panel->shown->profile->values, panel->weight));
}

static void print_panel(const struct panel *panel, double left, FILE *out)
{
	uint32_t drawn = 0;

	fprintf(out,
		"<g class=\"panel\" transform=\"translate(%g, %d)\" data-profile=\"%s\" data-width=\"%g\" data-total=\"%" PRId64
		"\">\n",
		left, TITLE_PX, panel->shown->profile->kind, panel->width,
		panel->layout.totals[panel->weight][STACK_TREE_ROOT]);
	print_head(panel, out);
	for (uint32_t node = 0; node < panel->shown->tree.node_count; node++) {
		if (node != STACK_TREE_ROOT && panel->layout.widths[node] * panel->width < least_px)
			continue;
		panel->numbers[node] = drawn++;
		print_frame(panel, node, out);
	}
	fputs("</g>\n", out);
}

static uint32_t deepest(const struct panel *panel)
{
	uint32_t depth = 0;

	for (size_t node = 0; node < panel->shown->tree.node_count; node++)
		if (panel->layout.depths[node] > depth && panel->layout.widths[node] * panel->width >= shown_px)
			depth = panel->layout.depths[node];
	return depth;
}

static void print_picture(const struct panel *panels, size_t count, FILE *out)
{
	double width = MARGIN_PX + (double)count * (panels[0].width + MARGIN_PX), height = 0;

	for (size_t i = 0; i < count; i++) {
		double bottom = TITLE_PX + HEAD_PX + (double)(deepest(&panels[i]) + 1) * ROW_PX + MARGIN_PX;

		height = bottom > height ? bottom : height;
	}
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" preserveAspectRatio=\"xMidYMin\" viewBox=\"0 0 %g %g\">\n",
		width, height);
	fprintf(out, "<style>\n%s</style>\n<text class=\"head\" x=\"%d\" y=\"24\">", flame_svg_css, MARGIN_PX);
	fputs("contention</text>\n", out);
	for (size_t i = 0; i < count; i++)
		print_panel(&panels[i], MARGIN_PX + (double)i * (panels[0].width + MARGIN_PX), out);
	fprintf(out, "<script><![CDATA[\n%s]]></script>\n</svg>\n", flame_svg_js);
}

static void free_panels(struct panel *panels, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		flame_layout_free(&panels[i].layout);
		heap_free(panels[i].numbers);
	}
	heap_free(panels);
}

static int make_panel(const struct shown *shown, size_t count, enum stack_weight weight, struct panel *out_panel)
{
	*out_panel = (struct panel){.shown = shown, .weight = weight, .width = count > 1 ? BESIDE_PX : ALONE_PX};
	out_panel->numbers = heap_alloc_array(shown->tree.node_count, sizeof(*out_panel->numbers));
	if (!out_panel->numbers)
		return -ENOMEM;
	return flame_layout_make(&shown->tree, weight, &out_panel->layout);
}

int tool_show_svg(struct shown *shown, size_t count, const struct show_order *order, FILE *out)
{
	struct panel *panels = heap_alloc_array(count, sizeof(*panels));
	int error = panels ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && !error; i++)
		error = make_panel(&shown[i], count, order->weight, &panels[i]);
	if (!error)
		print_picture(panels, count, out);
	if (panels)
		free_panels(panels, count);
	return error;
}
