/* SPDX-License-Identifier: MIT */
/* The screen of `contend top`. */
#define NCURSES_NOMACROS
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "tool_top.h"

enum { TITLE_ROW, SUMMARY_ROW, TABS_ROW, HEAD_ROW, FIRST_ROW, FOOT_ROWS = 1, CELL_BYTES = 1024 };

int top_screen_key(void)
{
	int key = wgetch(stdscr);

	return key == ERR ? -1 : key;
}

size_t top_screen_rows(void)
{
	return LINES > FIRST_ROW + FOOT_ROWS ? (size_t)(LINES - FIRST_ROW - FOOT_ROWS) : 0;
}

/* How many bytes of the text fit into `width` columns; how many columns these take. What is no character here becomes '?'. */
static size_t fit_text(char *text, int width, int *out_columns)
{
	size_t bytes = 0, left = strlen(text);
	mbstate_t state = {0};
	int columns = 0;
	wchar_t character;

	while (left) {
		size_t length = mbrtowc(&character, text + bytes, left, &state);
		int wide = length > left ? -1 : wcwidth(character);

		if (wide < 0) {
			state = (mbstate_t){0};
			text[bytes] = '?';
			length = wide = 1;
		}
		if (columns + wide > width)
			break;
		bytes += length;
		left -= length;
		columns += wide;
	}
	*out_columns = columns;
	return bytes;
}

/* At the right of its cell, or at the left. */
static void put_text(int row, int column, int width, bool is_left, char *text)
{
	int columns;
	size_t bytes;

	if (width > COLS - column)
		width = COLS - column;
	if (width <= 0 || row >= LINES)
		return;
	bytes = fit_text(text, width, &columns);
	mvaddnstr(row, is_left ? column : column + width - columns, text, (int)bytes);
}

/* The next piece of text goes into `text`; put_written is to follow. */
static FILE *begin_text(char text[CELL_BYTES])
{
	memset(text, 0, CELL_BYTES);
	return fmemopen(text, CELL_BYTES - 1, "w");
}

static void put_line(const struct top *top, int row, void (*print)(const struct top *top, FILE *out), attr_t attributes)
{
	char text[CELL_BYTES];
	FILE *out = begin_text(text);

	if (!out)
		return;
	print(top, out);
	fclose(out);
	attron((int)attributes);
	put_text(row, 0, COLS, true, text);
	attroff((int)attributes);
}

static void draw_tabs(const struct top *top)
{
	int column = 0;
	char text[CELL_BYTES];

	for (unsigned i = 0; top_views[i]; i++) {
		bool is_shown = i == top->choice.view;

		snprintf(text, sizeof(text), is_shown ? "[%s]" : " %s ", top_views[i]->name);
		attron(is_shown ? (int)A_BOLD : (int)A_NORMAL);
		put_text(TABS_ROW, column, (int)strlen(text), true, text);
		attroff((int)A_BOLD);
		column += (int)strlen(text) + 1;
	}
	snprintf(text, sizeof(text), " %s", top_views[top->choice.view]->sentence);
	put_text(TABS_ROW, column, COLS - column, true, text);
}

static int column_width(const struct top_view *view, unsigned column, int at)
{
	return column + 1 == view->column_count ? COLS - at : view->columns[column].width;
}

static void draw_head(const struct top *top)
{
	const struct top_view *view = top_views[top->choice.view];
	int at = 0;

	attron((int)A_REVERSE);
	mvhline(HEAD_ROW, 0, ' ', COLS);
	for (unsigned i = 0; i < view->column_count; i++) {
		char text[32];

		if (COLS < view->columns[i].from_width)
			continue;
		snprintf(text, sizeof(text), "%s", view->columns[i].title);
		if (i == top->choice.sort[top->choice.view])
			attroff((int)A_REVERSE);
		put_text(HEAD_ROW, at, column_width(view, i, at), view->columns[i].is_left, text);
		attron((int)A_REVERSE);
		at += view->columns[i].width + 2;
	}
	attroff((int)A_REVERSE);
}

static void draw_cell(const struct top *top, const struct top_row *row, unsigned column, int y, int x)
{
	const struct top_view *view = top_views[top->choice.view];
	char text[CELL_BYTES];
	FILE *out = begin_text(text);

	if (!out)
		return;
	view->print_cell(&top->data, row, column, out);
	fclose(out);
	put_text(y, x, column_width(view, column, x), view->columns[column].is_left, text);
}

static void draw_row(const struct top *top, const struct top_row *row, int y, bool is_selected)
{
	const struct top_view *view = top_views[top->choice.view];
	int at = 0;

	if (is_selected) {
		attron((int)A_REVERSE);
		mvhline(y, 0, ' ', COLS);
	}
	for (unsigned i = 0; i < view->column_count; i++) {
		if (COLS < view->columns[i].from_width)
			continue;
		draw_cell(top, row, i, y, at);
		at += view->columns[i].width + 2;
	}
	attroff((int)A_REVERSE);
}

static void draw_none(const struct top *top)
{
	char text[CELL_BYTES];
	FILE *out = begin_text(text);

	if (!out)
		return;
	top_views[top->choice.view]->print_none(&top->data, &top->choice, out);
	fclose(out);
	put_text(FIRST_ROW + 1, 2, COLS - 2, true, text);
}

static void draw_table(struct top *top)
{
	size_t shown = top_screen_rows();

	if (top->selected < top->first_shown)
		top->first_shown = top->selected;
	if (shown && top->selected >= top->first_shown + shown)
		top->first_shown = top->selected - shown + 1;
	if (top->first_shown + shown > top->row_count)
		top->first_shown = top->row_count > shown ? top->row_count - shown : 0;
	draw_head(top);
	for (size_t i = 0; i < shown && top->first_shown + i < top->row_count; i++)
		draw_row(top, &top->rows[top->first_shown + i], FIRST_ROW + (int)i,
			 top->first_shown + i == top->selected);
	if (!top->row_count)
		draw_none(top);
}

static bool is_selection_there(const struct top *top)
{
	return top->row_count && top->rows[top->selected].id == top->choice.selected_id;
}

/* Text of any length, to be freed; NULL: no memory. */
static char *print_page(const struct top *top)
{
	const struct top_view *view = top_views[top->choice.view];
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	if (!out)
		return NULL;
	if (top->choice.mode == TOP_HELP)
		top_print_help(out);
	else if (is_selection_there(top))
		view->print_page(&top->data, &top->rows[top->selected], out);
	else
		fputs("It is gone.\n", out);
	fclose(out);
	return text;
}

static void draw_page(struct top *top)
{
	char *text = print_page(top), *line, *rest = text;
	size_t shown = top_screen_rows() + 1, number = 0;

	while (rest && (line = strsep(&rest, "\n")) && rest) {
		if (number >= top->first_line && number - top->first_line < shown)
			put_text(HEAD_ROW + (int)(number - top->first_line), 0, COLS, true, line);
		number++;
	}
	top->page_lines = number;
	free(text);
}

static void draw_foot(const struct top *top)
{
	const struct top_choice *choice = &top->choice;
	const struct top_view *view = top_views[choice->view];
	char text[CELL_BYTES];

	if (choice->mode == TOP_TABLE)
		snprintf(text, sizeof(text), "%zu/%zu by %s%s  Enter:details s:sort i:%s p:%s ?:help q:quit",
			 top->row_count ? top->selected + 1 : 0, top->row_count,
			 view->columns[choice->sort[choice->view]].title,
			 choice->is_reversed[choice->view] ? " reversed" : "", choice->with_idle ? "no idle" : "idle",
			 choice->is_paused ? "go on" : "pause");
	else
		snprintf(text, sizeof(text), "Esc:back  Up Down PgUp PgDn:move  p:%s  ?:help",
			 choice->is_paused ? "go on" : "pause");
	attron((int)A_BOLD);
	put_text(LINES - FOOT_ROWS, 0, COLS - 1, true, text);
	attroff((int)A_BOLD);
}

void top_screen_draw(struct top *top)
{
	werase(stdscr);
	put_line(top, TITLE_ROW, top_print_title, A_BOLD);
	put_line(top, SUMMARY_ROW, top_print_summary, A_NORMAL);
	draw_tabs(top);
	if (top->choice.mode == TOP_TABLE)
		draw_table(top);
	else
		draw_page(top);
	draw_foot(top);
	wrefresh(stdscr);
}
