#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 240
# `make deb` makes a package that lintian finds no error in, that installs below an empty root, works there, and leaves nothing
# when it is purged.
. "$ROOT/tests/tap.sh"
version=$(sed -n 's/^VERSION *:= *//p' "$ROOT/Makefile")
package=$BUILD/contend_${version}_$(dpkg --print-architecture).deb
root=$TMPDIR/root

rm -f "$package"
check 'it is made' make -s --no-print-directory -C "$ROOT" deb
is 'its version' "$(dpkg-deb -f "$package" Version)" "$version"
at_least 'it depends on libc' "$(dpkg-deb -f "$package" Depends | grep -cE '(^|, )libc6 \(>= 2\.[0-9]+\)')" 1
none 'all is root'"'"'s' "$(dpkg-deb -c "$package" | awk '$2 != "root/root"')"
cp "$package" "$TMPDIR/first.deb"
make -s --no-print-directory -C "$ROOT" deb >"$TMPDIR/said"
check 'the same tree makes the same package' cmp "$TMPDIR/first.deb" "$package"
lintian --allow-root "$package" >"$TMPDIR/lintian" 2>&1
is 'lintian ran, and has no error to report' "$(lintian --version | grep -c Lintian) $(grep -c '^E:' "$TMPDIR/lintian")" '1 0'
grep '^E:' "$TMPDIR/lintian" | while read -r line; do note "$line"; done

# In a package database of its own; dpkg wants to be root, or to believe so.
as_root()
{
	fakeroot dpkg --root="$root" --log="$TMPDIR/log" --force-depends --force-script-chrootless "$@"
}
mkdir -p "$root/var/lib/dpkg/"{info,updates,triggers}
touch "$root/var/lib/dpkg/"{status,available}
check 'it is installed' as_root --install "$package"
is 'and the database says so' "$(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${db:Status-Abbrev}' contend)" 'ii '
is 'what is installed runs a program' "$(cd "$TMPDIR" && "$root/usr/bin/contend" run -- sh -c \
	'grep -o "/.*libcontend\.so" /proc/$$/maps | sort -u' 2>"$TMPDIR/said")" \
	"$root/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/libcontend.so"
check '/bin/true stays true' "$root/usr/bin/contend" run -- /bin/true
printf '#include <contend.h>\nint main(void) { return !contend_is_active(); }\n' >"$TMPDIR/program.c"
check 'a program is compiled with its header' gcc -I"$root/usr/include" -o "$TMPDIR/program" "$TMPDIR/program.c"
check 'and profiled with its library' env LD_PRELOAD="$root/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/libcontend.so" "$TMPDIR/program"
for page in man1/contend.1.gz man7/libcontend.7.gz; do
	at_least "$page can be read" "$(man -l "$root/usr/share/man/$page" 2>&1 | grep -c '^NAME$')" 1
done
check 'it is purged' as_root --purge contend
none 'and nothing is left' "$(find "$root" -path "$root/var/lib/dpkg" -prune -o ! -type d -print)"
none 'not even a directory' "$(find "$root" -mindepth 1 -path "$root/var" -prune -o -print)"
finish
