#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# Goal: beside an auditor of the loader (LD_AUDIT), which has a namespace of its own and is told of every binding, programs run as
# without us; and so they do where it is the auditor that opens us.
. "$ROOT/tests/hazard/common.sh"

cat >"$TMPDIR/auditor.c" <<'END_OF_C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned long bindings;

unsigned la_version(unsigned version)
{
	if (getenv("AUDITOR_OPENS"))
		dlopen(getenv("AUDITOR_OPENS"), RTLD_NOW);
	return version;
}

unsigned la_objopen(struct link_map *map, Lmid_t space, uintptr_t *cookie)
{
	return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}

/* Locks in its own libc, at any moment of the program's start. */
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, unsigned *flags, const char *name)
{
	pthread_mutex_lock(&mutex);
	bindings++;
	pthread_mutex_unlock(&mutex);
	return symbol->st_value;
}

__attribute__((destructor)) static void end(void)
{
	if (bindings < 10)
		_exit(9); /* it was told of nothing: it tests nothing */
}
END_OF_C
check 'an auditor is built' gcc -O2 -w -shared -fPIC -o "$TMPDIR/auditor.so" "$TMPDIR/auditor.c" -lpthread

for program in program_defines_lock late_destructors cancel_wait dlopen_storm small_stacks fork_storm; do
	same "$program, audited" env LD_AUDIT="$TMPDIR/auditor.so" "$hazard/$program"
done
same 'a shell with children, audited' env LD_AUDIT="$TMPDIR/auditor.so" sh -c '(seq 100 | sort -n | tail -n 1; exit 3); echo $?'

# as NAME VARIABLE=VALUE...: preloaded we are not.
as()
{
	local name=$1 bare

	shift
	bare=$("$hazard/program_defines_lock" 2>/dev/null)
	is "$name: the program does the same" "$(env "$@" "$hazard/program_defines_lock" 2>"$said"; echo $?)" "$bare${bare:+$'\n'}0"
}
as 'we opened by an auditor' LD_AUDIT="$TMPDIR/auditor.so" AUDITOR_OPENS="$LIBCONTEND"
at_most 'about which little is said' "$(wc -l <"$said")" 1
finish
