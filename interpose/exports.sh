#!/bin/sh
# Prints the linker's version script: what functions.def lists and contend.h looks up is exported, nothing else. The
# script is anonymous, because a version name would keep programs from binding to us.
# Run at the top of the tree.
set -eu

echo '{ global:'
sed -nE 's/^FUNCTION\([^,]+, ([A-Za-z0-9_]+),.*/\t\1;/p; s/^FUNCTION_OF_LIST\(([A-Za-z0-9_]+)\).*/\t\1;/p' \
	interpose/functions.def
sed -nE 's/.*contend_entry\("(contend_v1_[a-z0-9_]+)"\).*/\t\1;/p' contend.h
printf 'local:\n\t*;\n};\n'
