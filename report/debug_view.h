/* SPDX-License-Identifier: MIT */
/* debug_view: puts the process that reads debug information where the objects are, without the rights to do harm there.
 *
 * Why           debug files are found by paths that stand in other files. A process may see another system than we do (a
 *               container), and belong to somebody who writes such paths to lead root astray.
 * Called from   debug_lines, in a process that nobody needs any more.
 */
#ifndef CONTEND_DEBUG_VIEW_H
#define CONTEND_DEBUG_VIEW_H

#include <stdbool.h>

#include "debug_lines.h"

/* Does `root` show another file system than ours? */
bool debug_view_is_elsewhere(const struct debug_view *view);

/* From here on paths are those below view->root, if that is elsewhere, and the user is view->reader, if we were root. False: we may
 * not change the root, and only what is opened below `root` explicitly is safe. */
bool debug_view_enter(const struct debug_view *view, bool is_elsewhere);

#endif
