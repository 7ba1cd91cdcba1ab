/* SPDX-License-Identifier: MIT */
/* The rows of `contend top`, and what its keys do to them. */
#include <errno.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>

#include "tool_top.h"

const struct top_view *const top_views[] = {&top_holders, &top_waiters, &top_locks, &top_threads, NULL};

enum { KEY_ESCAPE = 27 };

struct sorting {
	const struct top_view *view;
	unsigned column;
	bool is_reversed;
};

static int compare_column(const struct top_row *a, const struct top_row *b, const struct top_view *view,
			  unsigned column)
{
	int order = (a->keys[column] < b->keys[column]) - (a->keys[column] > b->keys[column]);

	return view->columns[column].is_smaller ? -order : order;
}

static int compare_rows(const void *left, const void *right, void *argument)
{
	const struct sorting *sorting = argument;
	const struct top_row *a = left, *b = right;
	int order = compare_column(a, b, sorting->view, sorting->column);

	if (sorting->is_reversed)
		order = -order;
	if (!order)
		order = compare_column(a, b, sorting->view, sorting->view->then);
	return order ? order : (a->id > b->id) - (a->id < b->id);
}

static void sort_rows(struct top *top)
{
	unsigned view = top->choice.view;
	struct sorting sorting = {.view = top_views[view],
				  .column = top->choice.sort[view],
				  .is_reversed = top->choice.is_reversed[view]};

	if (top->row_count)
		qsort_r(top->rows, top->row_count, sizeof(*top->rows), compare_rows, &sorting);
}

/* Where the row that was selected is; if it is gone, what is there instead. */
static void find_selected(struct top *top)
{
	if (!top->choice.is_following)
		top->selected = 0;
	for (size_t i = 0; i < top->row_count && top->choice.is_following; i++)
		if (top->rows[i].id == top->choice.selected_id) {
			top->selected = i;
			return;
		}
	if (top->selected >= top->row_count)
		top->selected = top->row_count ? top->row_count - 1 : 0;
}

int top_make_rows(struct top *top)
{
	const struct top_view *view = top_views[top->choice.view];
	size_t room = view->room(&top->data) + 1;

	if (room > top->row_room) {
		struct top_row *rows = reallocarray(top->rows, room, sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		top->rows = rows;
		top->row_room = room;
	}
	top->row_count = view->make_rows(&top->data, &top->choice, top->rows);
	sort_rows(top);
	find_selected(top);
	return 0;
}

static void choose_view(struct top *top, unsigned view)
{
	top->choice.view = view;
	top->choice.mode = TOP_TABLE;
	top->choice.is_following = false;
	top->first_shown = 0;
}

static void sort_by_next(struct top_choice *choice)
{
	const struct top_view *view = top_views[choice->view];
	unsigned *column = &choice->sort[choice->view];

	do
		*column = (*column + 1) % view->column_count;
	while (!view->columns[*column].is_sorted);
	choice->is_reversed[choice->view] = false;
}

/* How far a key moves in a list of which `shown` are on the screen; 0: it does not. */
static long key_distance(int key, size_t count, size_t shown)
{
	switch (key) {
	case KEY_UP:
	case 'k':
		return -1;
	case KEY_DOWN:
	case 'j':
		return 1;
	case KEY_PPAGE:
		return -(long)shown;
	case KEY_NPAGE:
		return (long)shown;
	case KEY_HOME:
		return -(long)count - 1;
	case KEY_END:
		return (long)count + 1;
	default:
		return 0;
	}
}

static size_t moved(size_t at, long distance, size_t count)
{
	long to = (long)at + distance;

	if (to < 0 || !count)
		return 0;
	return (size_t)to < count ? (size_t)to : count - 1;
}

static void move_selection(struct top *top, long distance)
{
	top->selected = moved(top->selected, distance, top->row_count);
	top->choice.is_following = top->selected != 0;
	if (top->row_count)
		top->choice.selected_id = top->rows[top->selected].id;
}

static void open_page(struct top *top, enum top_mode mode)
{
	if (mode == TOP_PAGE && !top->row_count)
		return;
	if (mode == TOP_PAGE) { /* it stays that row's */
		top->choice.is_following = true;
		top->choice.selected_id = top->rows[top->selected].id;
	}
	top->choice.mode = mode;
	top->first_line = 0;
}

static bool obey_in_page(struct top *top, int key, size_t lines_shown)
{
	size_t last = top->page_lines > lines_shown ? top->page_lines - lines_shown : 0;

	switch (key) {
	case KEY_ESCAPE:
	case KEY_BACKSPACE:
	case KEY_LEFT:
	case KEY_ENTER:
	case '\n':
	case '\r':
	case 'q':
		top->choice.mode = TOP_TABLE;
		return true;
	default:
		top->first_line = moved(top->first_line, key_distance(key, top->page_lines, lines_shown), last + 1);
		return false;
	}
}

static bool obey_in_table(struct top *top, int key, size_t rows_shown)
{
	struct top_choice *choice = &top->choice;

	switch (key) {
	case 's':
		sort_by_next(choice);
		return true;
	case 'r':
		choice->is_reversed[choice->view] = !choice->is_reversed[choice->view];
		return true;
	case 'i':
		choice->with_idle = !choice->with_idle;
		return true;
	case 'q':
		choice->wants_end = true;
		return false;
	case KEY_ENTER:
	case KEY_RIGHT:
	case '\n':
	case '\r':
		open_page(top, TOP_PAGE);
		return false;
	default:
		if (key_distance(key, top->row_count, rows_shown))
			move_selection(top, key_distance(key, top->row_count, rows_shown));
		return false;
	}
}

bool top_obey_key(struct top *top, int key, size_t rows_shown)
{
	struct top_choice *choice = &top->choice;
	unsigned count = 0;

	for (; top_views[count]; count++)
		if (top_views[count]->key == key) {
			choose_view(top, count);
			return true;
		}
	if (key == '\t') {
		choose_view(top, (choice->view + 1) % count);
		return true;
	}
	if (key == 'p' || key == ' ')
		choice->is_paused = !choice->is_paused;
	else if (key == '?' || key == KEY_F(1))
		open_page(top, TOP_HELP);
	else if (choice->mode == TOP_TABLE)
		return obey_in_table(top, key, rows_shown);
	else
		return obey_in_page(top, key, rows_shown);
	return false;
}
