#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes build/contend_VERSION_ARCHITECTURE.deb of what `make install` installs: sh deb.sh VERSION, from the top of the tree.
# Needs dpkg-dev only, and no root. DEBFULLNAME and DEBEMAIL are its maintainer.
set -eu
version=$1
architecture=$(dpkg --print-architecture)
library_dir=/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)
top=build/deb/contend
documents=$top/usr/share/doc/contend
# The same sources make the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date -r Makefile +%s)}
export SOURCE_DATE_EPOCH
umask 022

rm -rf build/deb
${MAKE:-make} --no-print-directory install DESTDIR=$top PREFIX=/usr LIBDIR="$library_dir" >/dev/null
strip --remove-section=.comment --remove-section=.note $top/usr/bin/contend
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$top$library_dir/libcontend.so"
gzip -9n $top/usr/share/man/man*/*

mkdir -p $documents $top/usr/share/lintian/overrides $top/DEBIAN build/deb/debian
cp report/install/lintian-overrides $top/usr/share/lintian/overrides/contend
{
	echo 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/'
	echo 'Files: *'
	sed -n 's/^Copyright (c) /Copyright: /p' LICENSE
	echo 'License: Expat'
	sed -n '/^Permission/,$ { s/^$/./; s/^/ /; p }' LICENSE
} >$documents/copyright

maintainer="${DEBFULLNAME:-the libcontend authors} <${DEBEMAIL:-libcontend@localhost.localdomain}>"
printf 'contend (%s) unstable; urgency=medium\n\n  * Version %s.\n\n -- %s  %s\n' "$version" "$version" "$maintainer" \
	"$(LC_ALL=C date -uR -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >$documents/changelog.gz

# dpkg-shlibdeps reads debian/control from where it runs.
printf 'Source: contend\n\nPackage: contend\nArchitecture: %s\n' "$architecture" >build/deb/debian/control
depends=$(cd build/deb && dpkg-shlibdeps -O contend/usr/bin/contend "contend$library_dir/libcontend.so" | sed -n 's/^shlibs:Depends=//p')
cat >$top/DEBIAN/control <<CONTROL
Package: contend
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -sk --exclude=DEBIAN $top | cut -f 1)
Depends: $depends
Section: devel
Priority: optional
Description: lock and blocking contention profiler for native programs
 Shows which locks and waits cost a program time, who waited, and who made
 them wait. A preloaded library records, cheaply enough to be left on; the
 command contend shows it, for living and for killed processes. Profiles are
 written in the format of Go's mutex and block profiles and read with pprof.
CONTROL
# A library in the loader's directories is to be found at once.
echo 'activate-noawait ldconfig' >$top/DEBIAN/triggers
(cd $top && find usr -type f | LC_ALL=C sort | xargs -d '\n' md5sum) >$top/DEBIAN/md5sums
dpkg-deb --root-owner-group -Zxz --build $top "build/contend_${version}_$architecture.deb"
