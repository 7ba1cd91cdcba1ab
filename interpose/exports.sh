#!/bin/sh
# exports.sh LIBC_LAYOUT: prints the linker's version script. Functions that functions.def gives a version have it here, too: a program that
# binds another version is not meant to find that one; which version that is says the header. All others have none, because then every
# version finds them; they are exported by being declared visible, as a script cannot name them beside versions. The linker's own symbols
# would be exported with them, and ours for the old versions (cond.c).
# Run at the top of the tree.
set -eu

{
	sed -nE 's/^#define ([A-Z]+_VERSION) +"([A-Z0-9_.]+)"$/\1 \2/p' "$1"
	echo functions
	sed -nE 's/^FUNCTION(_ASIDE)?\([^,]+, ([A-Za-z0-9_]+),.*, ([A-Z]+_VERSION)\)$/\3 \2/p' interpose/functions.def
} | awk '
	$1 == "functions" { is_function = 1; next }
	is_function { print versions[$1], $2; next }
	{ versions[$1] = $2 }' | sort | awk '
	$1 != version { if (version) print "};"; version = $1; print version " { global:" }
	{ print "\t" $2 ";" }
	END { print "local:\n\t__start_*;\n\t__stop_*;\n\told_*;\n};" }'
