#!/bin/sh
# SPDX-License-Identifier: MIT
# libunwind.sh OUTPUT.o: the remote half of libunwind for what $CC builds for, as one relocatable object that is fit for a wrapper.
#
# Position-independent, hidden, initial-exec, no C++ exceptions, no caches, no debug-info readers; nothing visible but
# what frame_oracle.c calls; no call to anything outside but memcpy and memset. Its headers go to include/ beside OUTPUT.
# Variables: CC; LIBUNWIND_SRC, a directory with the source (else Debian's source package, kept in SOURCES).
set -eu

output=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(dirname "$output")/libunwind
include=$(dirname "$output")/include
: "${CC:=gcc}" "${SOURCES:=$(dirname "$output")/src}"
arch=$($CC -dumpmachine)
arch=${arch%%-*}
[ "$arch" = "$(uname -m)" ] && tools= || tools=$arch-linux-gnu-

fail() {
	echo "libunwind.sh: $*" >&2
	exit 1
}

mkdir -p "$work/tdep" "$include"
rm -f "$output" "$work"/*.o "$work"/*.c
source=${LIBUNWIND_SRC:-$(sh "$here/../.ci/fetch-source" libunwind "$SOURCES")}
[ -r "$source/src/$arch/Gstep.c" ] || fail "no libunwind source in $source; set LIBUNWIND_SRC"

# The headers that configure would write.
echo "#include \"libunwind-$arch.h\"" >"$include/libunwind.h"
echo "#include \"tdep-$arch/libunwind_i.h\"" >"$work/tdep/libunwind_i.h"
for header in libunwind_i.h dwarf_i.h remote.h; do # which take the first two, and tdep/, from beside themselves
	cp "$source/include/$header" "$work/"
done
sed 's/@PKG_MAJOR@/1/; s/@PKG_MINOR@/0/; s/@PKG_EXTRA@//' "$source/include/libunwind-common.h.in" \
	>"$include/libunwind-common.h"
cp "$source/include/libunwind-$arch.h" "$source/include/libunwind-dynamic.h" "$here/libunwind/outside.h" "$include/"

# Two places trust register numbers in unwind tables, and one division can trap: wild tables must give an error.
guard() { # FILE, TEXT, REPLACEMENT
	grep -qF "$2" "$work/$1" || fail "$source is a version that this script does not know: no '$2' in $1"
	awk -v from="$2" -v to="$3" '{ at = index($0, from) }
		at { $0 = substr($0, 1, at - 1) to substr($0, at + length(from)) }
		{ print }' "$work/$1" >"$work/$1.new"
	mv "$work/$1.new" "$work/$1"
}
cp "$source/src/dwarf/Gparser.c" "$source/src/dwarf/Gexpr.c" "$source/src/$arch/Gstep.c" "$work/"
guard Gparser.c 'new_loc[i] = new_loc[rs->reg.val[i]];' \
	'if (rs->reg.val[i] >= DWARF_NUM_PRESERVED_REGS) return -UNW_EBADREG; new_loc[i] = new_loc[rs->reg.val[i]];'
guard Gparser.c 'c->cfa = cfa;' \
	'c->cfa = cfa; if (rs->ret_addr_column >= DWARF_NUM_PRESERVED_REGS) return -UNW_EBADREG;'
guard Gexpr.c 'sword (as, tmp2) / sword (as, tmp1)' \
	'(tmp1 == (unw_word_t) -1 ? -sword (as, tmp2) : sword (as, tmp2) / sword (as, tmp1))'

# Only call frame information counts: no pattern of code is taken for a signal frame (frame_oracle.c knows those), and where nothing is
# said, nothing is guessed. That return addresses are signed is said to whoever reads them, and means nothing to symbols.
if [ "$arch" = aarch64 ]; then
	guard Gstep.c 'ret = unw_is_signal_frame (cursor);' 'ret = 0;'
	guard Gstep.c '/* DWARF failed. */' 'return ret;'
	guard Gparser.c 'case DW_CFA_GNU_window_save:' 'case DW_CFA_GNU_window_save: break;'
fi

# -fno-builtin-malloc: no calloc is made of a malloc, which alone is redirected.
flags='-O2 -g -std=gnu17 -w -fPIC -fvisibility=hidden -ftls-model=initial-exec -fno-strict-aliasing -fwrapv
	-fno-builtin-malloc -fasynchronous-unwind-tables -ffunction-sections -fdata-sections
	-D_GNU_SOURCE -DHAVE_CONFIG_H -DNDEBUG -DUNW_REMOTE_ONLY'
sources="$work/Gparser.c $work/Gexpr.c $work/Gstep.c $here/libunwind/outside.c"
[ "$arch" = x86_64 ] && sources="$sources $source/src/x86_64/Gos-linux.c"
for name in dwarf/Gfde dwarf/Gpe dwarf/Gfind_proc_info-lsb dwarf/global $arch/Gcreate_addr_space $arch/Gglobal \
	$arch/Ginit $arch/Ginit_remote $arch/Gregs $arch/is_fpreg mi/Gget_reg mi/Gget_accessors; do
	sources="$sources $source/src/$name.c"
done
for file in $sources; do
	$CC $flags -I "$here/libunwind" -I "$work" -I "$include" -I "$source/include" -I "$source/include/tdep-$arch" \
		-I "$source/src/$arch" -I "$source/src" -I "$source/src/dwarf" \
		-c -o "$work/$(basename "$file" .c).o" "$file"
done

# Outside calls become ours first, then all is linked, then all names but the ones below disappear.
set --
for name in malloc mmap munmap pthread_mutex_lock pthread_mutex_unlock sigfillset; do
	set -- "$@" --redefine-sym $name=libunwind_$name
done
for object in "$work"/*.o; do
	"${tools}objcopy" "$@" "$object"
done
names="_U${arch}_create_addr_space _U${arch}_init_remote _U${arch}_step _U${arch}_get_reg
	_U${arch}_dwarf_search_unwind_table libunwind_blocks"
"${tools}ld" -r --gc-sections $(printf ' -u %s' $names) -o "$work/linked.o" "$work"/*.o
"${tools}objcopy" $(printf ' --keep-global-symbol=%s' $names) "$work/linked.o" "$output.new"

unwanted=$("${tools}nm" -u "$output.new" | awk '{ print $2 }' | grep -vxE 'memcpy|memset|_GLOBAL_OFFSET_TABLE_' || :)
[ -z "$unwanted" ] || fail "the object calls" $unwanted
missing=$(for name in $names; do "${tools}nm" "$output.new" | grep -q " [TDB] $name\$" || echo "$name"; done)
[ -z "$missing" ] || fail "the object lacks" $missing
mv "$output.new" "$output"
