#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints the rows of the README's options table from options.def: sh sampling/options.sh
printf '%s\n' '#define OPTION(field, variable, type, fallback, least, most, sentence) variable | fallback | sentence' \
	'#include "options.def"' | ${CC:-cc} -E -P -iquote "$(dirname "$0")" -x c - |
	sed -n 's/^"\(CONTEND_[A-Z_]*\)" | "\(.*\)" | "\(.*\)"$/| `\1` | `\2` | \3 |/p'
