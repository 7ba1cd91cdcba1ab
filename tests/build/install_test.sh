#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# `make install` puts everything where it belongs, what is installed works, also where the tree was moved, and `make uninstall`
# leaves nothing.
. "$ROOT/tests/tap.sh"
version=$(sed -n 's/^VERSION *:= *//p' "$ROOT/Makefile")
stage=$TMPDIR/stage

# installing TARGET VARIABLE=VALUE...
installing()
{
	make -s --no-print-directory -C "$ROOT" "$@" DESTDIR="$stage"
}

# Which library a program has that this `contend` runs.
library_of()
{
	# shellcheck disable=SC2016 # for that shell
	(cd "$TMPDIR" && "$1" run -- sh -c 'grep -o "/.*libcontend\.so" /proc/$$/maps | sort -u') 2>"$TMPDIR/said"
}

check 'it installs' installing install PREFIX=/usr/local
is 'these files, with these modes' "$(cd "$stage" && find . ! -type d -printf '%m %P\n' | sort -k 2)" "755 usr/local/bin/contend
644 usr/local/include/contend.h
644 usr/local/lib/libcontend.so
644 usr/local/lib/pkgconfig/contend.pc
644 usr/local/share/bash-completion/completions/contend
644 usr/local/share/man/man1/contend.1
644 usr/local/share/man/man7/libcontend.7"
is 'the command tells its version' "$("$stage/usr/local/bin/contend" --version)" "contend $version"
is 'it finds its library' "$(library_of "$stage/usr/local/bin/contend")" "$stage/usr/local/lib/libcontend.so"
check 'the exit status is the program'"'"'s' "$stage/usr/local/bin/contend" run -- /bin/true

cat >"$TMPDIR/program.c" <<'END'
#include <contend.h>
#include <stdio.h>
int main(void) { return printf("%d\n", contend_is_active()) < 0; }
END
export PKG_CONFIG_PATH=$stage/usr/local/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$stage
is 'pkg-config knows the version' "$(pkg-config --modversion contend)" "$version"
read -ra flags <<<"$(pkg-config --cflags --libs contend)"
is 'and where the header is' "${flags[*]}" "-I$stage/usr/local/include"
check 'a program with the header compiles' gcc -std=c11 -Wall -Wextra -Werror "${flags[@]}" -o "$TMPDIR/program" "$TMPDIR/program.c"
is 'bare it is not profiled' "$("$TMPDIR/program")" 0
is 'run by the command it is' "$("$stage/usr/local/bin/contend" run -- "$TMPDIR/program" 2>"$TMPDIR/said")" 1

mv "$stage/usr/local" "$stage/moved"
is 'the library is found where the tree was moved' "$(library_of "$stage/moved/bin/contend")" "$stage/moved/lib/libcontend.so"
ln -s "$stage/moved/bin/contend" "$TMPDIR/link"
is 'and through a link' "$(library_of "$TMPDIR/link")" "$stage/moved/lib/libcontend.so"
rm "$stage/moved/lib/libcontend.so"
is 'without the library nothing runs' "$(library_of "$stage/moved/bin/contend")" ''
at_least 'and it says what to do' "$(grep -c 'LD_PRELOAD=' "$TMPDIR/said")" 1

for libdir in lib/x86_64-linux-gnu lib64; do
	rm -rf "$stage"
	check "it installs with LIBDIR=$libdir" installing install PREFIX=/opt/contend LIBDIR=/opt/contend/$libdir
	is "the library is found in $libdir" "$(library_of "$stage/opt/contend/bin/contend")" "$stage/opt/contend/$libdir/libcontend.so"
	at_least "contend.pc is in $libdir" "$(find "$stage/opt/contend/$libdir/pkgconfig" -name contend.pc | wc -l)" 1
	check "it goes again with LIBDIR=$libdir" installing uninstall PREFIX=/opt/contend LIBDIR=/opt/contend/$libdir
	none 'and nothing is left' "$(find "$stage" ! -type d)"
done
finish
