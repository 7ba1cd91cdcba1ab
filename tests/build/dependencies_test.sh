#!/bin/bash
# SPDX-License-Identifier: MIT
# The library needs libc (and the loader) and nothing else, carries nothing that a program would notice, and has no leftovers of
# what it is made of.
. "$ROOT/tests/tap.sh"
newest_glibc=2.18 # and a program whose libc is older than what its preload needs does not even start
tls_limit_bytes=128

dynamic=$(readelf -dW "$LIBCONTEND")
headers=$(readelf -lW "$LIBCONTEND")
undefined=$(nm -D --undefined-only "$LIBCONTEND" | awk '{ print $2 }')
sections=$(readelf -SW "$LIBCONTEND")

needed=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic")
at_least 'it needs libc' "$(grep -c '^libc\.so\.6$' <<<"$needed")" 1
none 'it needs nothing else' "$(grep -vE '^(libc\.so\.6|ld-linux-x86-64\.so\.2)$' <<<"$needed")"

# Every undefined name must be defined by libc or the loader, but for the weak ones that the start files ask for, and two that
# libc had before it took libdl in.
for file in /lib/x86_64-linux-gnu/libc.so.6 /lib64/ld-linux-x86-64.so.2; do
	nm -D --defined-only "$file" | awk '{ sub(/@.*/, "", $3); print $3 }'
done | sort -u >"$TMPDIR/defined"
sed 's/@.*//' <<<"$undefined" | sort -u >"$TMPDIR/undefined"
optional='^(__cxa_finalize|__gmon_start__|_ITM_(de)?registerTMCloneTable|__libc_dlopen_mode|__libc_dlsym)$'
at_least 'it has undefined names' "$(wc -l <"$TMPDIR/undefined")" 10
none 'libc and the loader define them all' "$(comm -23 "$TMPDIR/undefined" "$TMPDIR/defined" | grep -vE "$optional")"
printf 'exp\nnone_such\n' | sort >"$TMPDIR/control"
is 'a name of another library would be noticed' "$(comm -23 "$TMPDIR/control" "$TMPDIR/defined" | tr '\n' ' ')" 'exp none_such '

glibc=$(grep -o 'GLIBC_2[0-9.]*' <<<"$(nm -D "$LIBCONTEND")" | sort -uV | tail -n 1)
note "newest version of glibc that it needs: $glibc"
is 'it loads on every glibc that it should' "$(printf '%s\nGLIBC_%s\n' "$glibc" "$newest_glibc" | sort -V | tail -n 1)" \
	"GLIBC_$newest_glibc"

# Before glibc 2.34 these are in libraries that a program may do without.
moved='^(dl[a-z0-9]*|sem_.*|mtx_.*|cnd_.*|thrd_.*|call_once|pthread_(key|setspec|getspec|attr_[gs]et|getattr|join|once|sigmask|rwlock|spin).*|__pthread_.*)$'
none 'what moved within glibc is wanted weakly' \
	"$(nm -D --undefined-only "$LIBCONTEND" | awk '$1 == "U" { sub(/@.*/, "", $2); print $2 }' | grep -E "$moved" | grep -v '^dl_iterate_phdr$')"

names=$(nm -D "$LIBCONTEND" | awk '{ sub(/@.*/, "", $NF); print $NF }')
none 'no allocator in its dynamic names, wanted or offered' \
	"$(grep -xE '(__libc_)?(malloc|calloc|realloc|free|memalign|aligned_alloc|posix_memalign|valloc|pvalloc|reallocarray|malloc_.*|je_.*|mallctl.*|_Zn[wa].*|_Zd[la].*)' <<<"$names")"
none 'no unwinder in its dynamic names' "$(grep -E '^(_Unwind_|_U|unw_|__register_frame|__deregister_frame)' <<<"$names")"
none 'no pipe' "$(grep -xE 'pipe2?' <<<"$names")"
none 'no thread-local storage that is allocated late' "$(grep -x __tls_get_addr <<<"$names")"

tls=$(awk '$1 == "TLS" { print $6 }' <<<"$headers")
tls=$((${tls:-0}))
note "static thread-local storage: ${tls:-0} bytes"
at_most 'thread-local storage, which comes out of every stack' "${tls:-0}" $tls_limit_bytes
at_least 'there is some' "${tls:-0}" 8
is 'the stack need not be executable' "$(awk '$1 == "GNU_STACK" { print $7 }' <<<"$headers")" RW
none 'no segment is writable and executable' "$(awk '$1 == "LOAD" && $0 ~ /RWE/' <<<"$headers")"
none 'no relocation in its code' "$(grep -E 'TEXTREL' <<<"$dynamic")"
at_least 'it is never unloaded' "$(grep -c 'FLAGS_1.*NODELETE' <<<"$dynamic")" 1
at_least 'it is bound at once' "$(grep -cE 'BIND_NOW|FLAGS_1.*NOW' <<<"$dynamic")" 1
at_least 'unwind tables have an index' "$(grep -c '\.eh_frame_hdr' <<<"$sections")" 1
is 'its name' "$(sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p' <<<"$dynamic")" libcontend.so
finish
