#!/bin/sh
# SPDX-License-Identifier: MIT
# jemalloc.sh OUTPUT.o: jemalloc as one relocatable object that is fit for a process that is not ours.
#
# Position-independent, hidden, C only; one arena, no thread cache, freed memory goes back at once; no thread-local storage,
# thread, fork handler, statistics, profiling, message, file, environment or sbrk. Visible are five entry points and nothing
# else. What it would call outside is in jemalloc/outside.c or on the list below. All its variables lie in the sections
# heap_je_data and heap_je_bss, so that heap_reset can put them back.
# Variables: CC; JEMALLOC_SRC, a directory with the source (else Debian's source package, kept in SOURCES).
set -eu

output=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(dirname "$output")/jemalloc
: "${CC:=gcc}" "${SOURCES:=$(dirname "$output")/src}"
machine=$($CC -dumpmachine)
arch=${machine%%-*}
[ "$arch" = "$(uname -m)" ] && tools= || tools=$arch-linux-gnu-
[ "$arch" = aarch64 ] && atomics=-mno-outline-atomics || atomics= # no calls of libgcc

fail() {
	echo "jemalloc.sh: $*" >&2
	exit 1
}

mkdir -p "$work"
rm -f "$output" "$work"/*.o
work=$(cd "$work" && pwd)
source=${JEMALLOC_SRC:-$(sh "$here/../.ci/fetch-source" jemalloc "$SOURCES")}
[ -x "$source/configure" ] || fail "no jemalloc source in $source; set JEMALLOC_SRC"
source=$(cd "$source" && pwd)

[ -r "$work/include/jemalloc/internal/jemalloc_internal_defs.h" ] ||
	(cd "$work" && CC=$CC "$source/configure" --host="$machine" --disable-cxx --disable-stats --disable-fill --disable-libdl --disable-shared \
		--without-export --with-jemalloc-prefix=heap_je_ --with-lg-vaddr=48 --with-lg-page=12 --with-lg-hugepage=21 \
		--with-malloc-conf=narenas:1,tcache:false,retain:false,dirty_decay_ms:0,muzzy_decay_ms:0,thp:never,metadata_thp:disabled,trust_madvise:true \
		>configure.log 2>&1) || fail "configure failed, see $work/configure.log"

# What configure offers no switch for.
defs=$work/include/jemalloc/internal/jemalloc_internal_defs.h
for feature in JEMALLOC_TLS JEMALLOC_THREADED_INIT JEMALLOC_HAVE_PTHREAD_ATFORK JEMALLOC_HAVE_PTHREAD_SETNAME_NP \
	JEMALLOC_HAVE_PTHREAD_GETNAME_NP JEMALLOC_BACKGROUND_THREAD JEMALLOC_DSS JEMALLOC_USE_SYSCALL JEMALLOC_HAVE_SCHED_GETCPU \
	JEMALLOC_HAVE_SCHED_SETAFFINITY JEMALLOC_PROC_SYS_VM_OVERCOMMIT_MEMORY JEMALLOC_HAVE_SECURE_GETENV; do
	sed -i "s/^#define $feature\b.*/#undef $feature/" "$defs"
done

for name in jemalloc arena background_thread base bin bin_info bitmap buf_writer cache_bin ckh counter ctl decay div ecache \
	edata edata_cache ehooks emap eset exp_grow extent extent_dss extent_mmap fxp san san_bump hook hpa hpa_hooks hpdata \
	inspect large log malloc_io mutex nstime pa pa_extra pai pac pages peak_event prof prof_data prof_log prof_recent \
	prof_stats prof_sys psset rtree safety_check sc sec stats sz tcache test_hooks thread_event ticker tsd witness; do
	echo "$source/src/$name.c"
done | xargs -P 2 -I FILE sh -c '"$0" -O2 -std=gnu11 -w -fPIC -fvisibility=hidden -fno-common -fno-strict-aliasing \
	-fno-builtin-malloc $3 -ffunction-sections -fdata-sections -fno-stack-protector -fno-asynchronous-unwind-tables \
	-D_GNU_SOURCE -D_REENTRANT -DJEMALLOC_NO_PRIVATE_NAMESPACE -I "$1/include" -I "$2/include" \
	-c -o "$1/$(basename FILE .c).o" FILE' "$CC" "$work" "$source" "$atomics" || fail "cannot compile it"

# Outside calls become ours first; then all is linked, variables in two sections of their own and without the constructor
# that would allocate at load time; then all names but the entry points disappear.
outside='pthread_mutex_init pthread_mutex_lock pthread_mutex_trylock pthread_mutex_unlock
	pthread_mutexattr_init pthread_mutexattr_settype pthread_mutexattr_destroy
	pthread_key_create pthread_getspecific pthread_setspecific pthread_getaffinity_np __sched_cpucount sysconf
	atexit getenv readlink open creat read write close strerror_r mmap munmap mprotect madvise clock_gettime getpid'
entries='malloc calloc realloc free malloc_usable_size'
for object in "$work"/*.o; do
	"${tools}objcopy" $(for name in $outside; do echo --redefine-sym "$name=outside_$name"; done) "$object"
done
"${tools}objcopy" --redefine-sym a0malloc=outside_tsd_malloc --redefine-sym a0dalloc=outside_tsd_free "$work/tsd.o"
$CC -O2 -std=gnu17 -Wall -Wextra -D_GNU_SOURCE -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -iquote "$here/../sampling" -iquote "$here/../sampling/$arch" -c -o "$work/outside.o" "$here/jemalloc/outside.c" || fail "cannot compile outside.c"
cat >"$work/sections.ld" <<'END'
SECTIONS
{
	.text 0 : { *(.text .text.*) }
	.rodata 0 : { *(.rodata .rodata.*) }
	.data.rel.ro 0 : { *(.data.rel.ro .data.rel.ro.*) }
	heap_je_data 0 : { *(.data .data.*) }
	heap_je_bss 0 : { *(.bss .bss.* COMMON) }
	/DISCARD/ : { *(.init_array .init_array.* .ctors .ctors.*) }
}
END
"${tools}ld" -r --gc-sections -T "$work/sections.ld" $(printf ' -u heap_je_%s' $entries) -o "$work/linked.o" "$work"/*.o
"${tools}objcopy" $(printf ' --keep-global-symbol=heap_je_%s' $entries) "$work/linked.o" "$output.new"

allowed="pthread_self|abort|__errno_location"
allowed="$allowed|mem(chr|cpy|move|set)|str(chr|cmp|len|ncmp|ncpy)|__popcountdi2|_GLOBAL_OFFSET_TABLE_"
unwanted=$("${tools}nm" -u "$output.new" | awk '{ print $2 }' | grep -vxE "$allowed" || :)
[ -z "$unwanted" ] || fail "the object calls" $unwanted
visible=$("${tools}nm" -g --defined-only "$output.new" | awk '{ print $3 }' | sort | tr '\n' ' ')
[ "$visible" = "$(printf 'heap_je_%s\n' $entries | sort | tr '\n' ' ')" ] || fail "the object shows" $visible
odd=$("${tools}readelf" -SW "$output.new" | grep -oE ' \.(tdata|tbss|init_array|ctors|data|bss)[^ ]* ' | grep -v '\.data\.rel\.ro' || :)
[ -z "$odd" ] || fail "the object has sections" $odd
data_bytes=$("${tools}readelf" -SW "$output.new" | awk '$2 == "heap_je_data" || $3 == "heap_je_data" { for (i = 1; i <= NF; i++) if ($i == "PROGBITS") print $(i + 3) }')
[ $((0x$data_bytes)) -le 4096 ] || fail "heap_je_data has $((0x$data_bytes)) bytes, more than HEAP_DATA_BYTES in heap.c"
mv "$output.new" "$output"
