/* SPDX-License-Identifier: MIT */
/* tool_top: what the files of `contend top` share: looks at a process, one after the other; views, each a table made of the
 * last two looks; what the user chose; the screen.
 *
 * Called from   the tool, in one thread.
 * Rates         are exact: what happened between two looks, by the time between them. Up to the second look: since the process
 *               is profiled, or the thread began.
 */
#ifndef CONTEND_TOOL_TOP_H
#define CONTEND_TOOL_TOP_H

#include "lock_list.h"
#include "stack_tree.h"
#include "thread_list.h"
#include "tool_look.h"

/* One look at everything. */
struct top_moment {
	struct tool_look look;
	struct thread_list *threads;
	struct lock_list locks; /* sorted by top_compare_locks */
	struct arena arena;
	Perftools__Profiles__Profile *profiles[PROFILE_COUNT]; /* NULL: not kept, or in no view */
	int64_t taken_ns;                                      /* CLOCK_MONOTONIC */
};

struct top_data {
	struct source_lines *lines;             /* of all looks */
	struct top_moment *now, *before;        /* before: NULL up to the second look */
	double seconds;                         /* that rates are of */
	struct stack_tree trees[PROFILE_COUNT]; /* side 0: now, side 1: before */
};

/* The first look, which is taken over even if that fails; the next one, at the same region. 0 or -errno; -ESRCH: the process has
 * ended. After an error the data is what it was. */
int top_data_begin(struct top_data *data, struct tool_look *look);
int top_data_next(struct top_data *data);

/* Did the process end its recording: will it end, or is it another program now? */
bool top_data_is_closed(const struct top_data *data);

void top_data_free(struct top_data *data);

/* By names, for qsort and bsearch of listed locks. */
int top_compare_locks(const void *left, const void *right);

enum { TOP_COLUMNS = 9 };

struct top_column {
	const char *title;
	int width;       /* the last column also has what is left */
	int from_width;  /* shown on screens of that width only */
	bool is_left;    /* its text begins at the left */
	bool is_sorted;  /* can be sorted by */
	bool is_smaller; /* the smallest number comes first */
};

struct top_row {
	uint64_t id; /* the same in every look */
	size_t item; /* its place in what the view shows */
	double keys[TOP_COLUMNS];
};

struct top_choice;

struct top_view {
	char key;
	const char *name, *sentence;
	const struct top_column *columns;
	unsigned column_count, sort, then; /* sorted by column `sort`, and where that is equal by `then` */

	/* How many rows there may be; makes them, and returns how many there are. */
	size_t (*room)(const struct top_data *data);
	size_t (*make_rows)(const struct top_data *data, const struct top_choice *choice, struct top_row *out_rows);

	/* One cell; all about one row; why there is no row. */
	void (*print_cell)(const struct top_data *data, const struct top_row *row, unsigned column, FILE *out);
	void (*print_page)(const struct top_data *data, const struct top_row *row, FILE *out);
	void (*print_none)(const struct top_data *data, const struct top_choice *choice, FILE *out);
};

extern const struct top_view top_holders, top_waiters, top_locks, top_threads;

/* In the order of their tabs; NULL ends them. */
extern const struct top_view *const top_views[];
enum { TOP_VIEWS_LIMIT = 8 };

enum top_mode { TOP_TABLE, TOP_PAGE, TOP_HELP };

struct top_choice {
	unsigned view;
	enum top_mode mode;
	unsigned sort[TOP_VIEWS_LIMIT]; /* column, for each view */
	bool is_reversed[TOP_VIEWS_LIMIT];
	bool with_idle, is_paused, wants_end;
	bool is_following; /* the selected row, wherever it goes; else the first one is selected */
	uint64_t selected_id;
};

struct top {
	struct top_data data;
	struct top_choice choice;
	struct top_row *rows; /* of the view, sorted */
	size_t row_count, row_room;
	size_t selected, first_shown; /* rows */
	size_t page_lines, first_line;
	double interval_seconds;
	bool has_ended;
};

/* Makes the rows of the view anew. 0 or -ENOMEM. */
int top_make_rows(struct top *top);

/* Does what a key says (as ncurses numbers them). True: the rows have to be made anew. `rows_shown`: how many fit. */
bool top_obey_key(struct top *top, int key, size_t rows_shown);

/* Numbers that fit into seven columns: "1.52s", "812ms"; "0.4", "123", "45.6k". */
void top_print_ns(double ns, FILE *out);
void top_print_count(double count, FILE *out);
double top_share(double part, double whole);

/* Lines of a page: what there was per second since the look before; since the start. */
void top_print_rates(const struct top_data *data, double delay_ns, double count, FILE *out);
void top_print_totals(double delay_ns, double count, FILE *out);

/* The lines above the table, and pages. */
void top_print_title(const struct top *top, FILE *out);
void top_print_summary(const struct top *top, FILE *out);
void top_print_help(FILE *out);

/* The screen. What is wrong with the terminal, if it can show none; else NULL. */
const char *top_screen_open(void);
void top_screen_close(void);
void top_screen_draw(struct top *top);
size_t top_screen_rows(void);

/* -1: none was pressed. */
int top_screen_key(void);

#endif
