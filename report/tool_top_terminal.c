/* SPDX-License-Identifier: MIT */
/* The terminal of `contend top`: a screen on it, and away again. <term.h> comes last: it has macros for
 * many a common word. */
#define NCURSES_NOMACROS
#include <ncurses.h>
#include <locale.h>
#include <unistd.h>

#include "tool_top.h"

#include <term.h>

enum { ESCAPE_MS = 25 };

static SCREEN *screen;

static bool can_move_cursor(void)
{
	const char *move = tigetstr("cup");

	return move && move != (const char *)-1;
}

const char *top_screen_open(void)
{
	int error;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return "it is to be used on a terminal";
	setlocale(LC_CTYPE, "");
	if (setupterm(NULL, STDOUT_FILENO, &error) != OK || !can_move_cursor())
		return "this terminal, by what TERM says of it, cannot show a page";
	del_curterm(cur_term); /* newterm makes its own */
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return "this terminal is not known";
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	return NULL;
}

void top_screen_close(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
}
