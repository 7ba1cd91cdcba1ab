#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 240
# Programs as arguments of a loader, with the libc of other releases of Debian, too: unharmed and profiled. An older one is
# compiled against, because a program that is linked with the present libc does not start with it.
. "${ROOT:-$PWD}/tests/live/common.sh"

# Of the hazards, those in which the functions that we stand in front of matter most.
hazards='barrier_rounds c11_threads cancel_pending cancel_wait cond_broadcast destructor_first_lock errno_canary
	jump_out_of_wait mutex_unrecoverable old_aliases old_condition_versions once_ways rwlock_self_deadlock semaphores signal_waiters
	small_stacks thread_churn'

# fetch RELEASE PACKAGE...: sets loader and libraries. False, with the reason said, if there is no such thing to be had.
fetch()
{
	local said

	if ! said=$(sh "$ROOT/.ci/fetch-release" "$1" "$BUILD/release" "${@:2}" 2>&1); then
		skip "the libc of $1" "$said"
		return 1
	fi
	files=$BUILD/release/$1
	loader=$(find "$files" -path '*/x86_64-linux-gnu/*' -name ld-linux-x86-64.so.2)
	libraries=${loader%/*}
}

# build OUTPUT SOURCE [ARGUMENT...]: with the headers and libraries of $files.
build()
{
	local development=$files/usr/lib/x86_64-linux-gnu source=$ROOT/tests/$2

	# shellcheck disable=SC2046 # a list
	gcc -std=gnu17 -O2 -g -D_GNU_SOURCE $(sed -n 's/^ \* flags: //p' "$source") -iquote "$ROOT/tests" \
		--sysroot="$files" -B"$development/" -idirafter /usr/include/x86_64-linux-gnu -idirafter /usr/include \
		-L"$built" -L"$libraries" -L"$development" -Wl,--no-as-needed -Wl,-rpath,'$ORIGIN' \
		-o "$built/$1" "$source" "${@:3}"
}

in_brief()
{
	printf 'status %s\n' "$1"
	cat "$2.out" "$2.err"
}

# runs_alike NAME PROGRAM: well when bare, and with the same output and status when preloaded.
runs_alike()
{
	local run=("$loader" --library-path "$libraries" "$2") bare variables

	mapfile -t variables < <(preloaded "$1")

	timeout -s KILL 30 "${run[@]}" >"$work/bare.out" 2>"$work/bare.err" </dev/null
	bare=$(in_brief $? "$work/bare")
	[ "${bare%%$'\n'*}" = 'status 0' ] || bare="failed, bare: $bare"
	timeout -s KILL 30 env HAZARD_PRELOADED=1 "${variables[@]}" "${run[@]}" >"$work/$1.out" 2>"$work/$1.err" </dev/null
	is "$1 runs alike" "$(in_brief $? "$work/$1")" "$bare"
}

at_least_30_ms()
{
	at_least "$1" "$2" 30000000
}

# The profile of loaders.c: who waited, and who made wait.
is_profiled()
{
	local block mutex function

	runs_alike loaders "$1/loaders"
	block=$(decoded loaders last block)
	mutex=$(decoded loaders last mutex)
	for function in pthread_mutex_lock:wait_mutex pthread_rwlock_rdlock:wait_rwlock mtx_lock:wait_c11 pthread_cond_wait:wait_cond \
		sem_wait:wait_semaphore pthread_join:wait_join; do
		is "${function#*:} is there once" "$(sum "$block" count "^${function/:/;};held_up_main;")" 1
		at_least_30_ms 'as long as it took' "$(sum "$block" delay "^${function/:/;};held_up_main;")"
	done
	for function in pthread_mutex_unlock:give_mutex pthread_rwlock_unlock:give_rwlock mtx_unlock:give_c11; do
		at_least_30_ms "${function#*:} is charged" "$(sum "$mutex" delay "^${function/:/;};(run;)?main;")"
	done
	is 'every stack goes down to where threads start' "$(grep -c '\[truncated\]' "$block")" 0
}

echo '# The present libc, and the program an argument of its loader'
loader=/lib64/ld-linux-x86-64.so.2
libraries=/lib/x86_64-linux-gnu
is_profiled "$live"

echo '# Debian 13: glibc 2.41'
if fetch trixie libc6 libgcc-s1; then
	is_profiled "$live"
	for name in $hazards; do
		runs_alike "$name" "$BUILD/tests/hazard/$name"
	done
fi

echo '# Debian 11: glibc 2.31'
if fetch bullseye libc6 libc6-dev libgcc-s1; then
	built=$work/built
	mkdir "$built"
	# As the package has it, without the directories of a system in which it is installed.
	echo 'GROUP ( libc.so.6 libc_nonshared.a AS_NEEDED ( ld-linux-x86-64.so.2 ) )' >"$built/libc.so"
	threads="$ROOT/tests/check.c $ROOT/tests/check_threads.c -l:libpthread.so.0 -l:libdl.so.2"
	check 'a program is built for it' build loaders live/loaders.c $threads
	is_profiled "$built"
	for name in $hazards; do
		check "$name is built" build "$name" "hazard/$name.c" $threads
		runs_alike "$name" "$built/$name"
	done

	check 'a program is built that asks for a newer function' build lacking live/loaders_lacking.c -l:libpthread.so.0 -l:libdl.so.2
	profiled lacking "$loader" --library-path "$libraries" "$built/lacking"
	is 'the function refuses' "$(cat "$work/lacking.out")" '-1 ENOSYS'

	check 'a plug-in with threads is built' build loaders_late_plugin.so live/loaders_late_plugin.c -fPIC -shared -l:libpthread.so.0
	check 'and a program without' build loaders_late live/loaders_late.c -l:libdl.so.2
	runs_alike loaders_late "$built/loaders_late"
	check 'and one without libdl, too' build alone live/loaders_alone.c
	runs_alike alone "$built/alone"
	is 'neither is profiled' "$(find "$work" -name 'loaders_late.*.pb.gz' -o -name 'alone.*.pb.gz')" ''
	profiled alone env CONTEND_VERBOSE=1 "$loader" --library-path "$libraries" "$built/alone"
	check 'it says so if asked' says "$work/alone.err" 'does not need libpthread: not profiling'
fi

echo '# A libc that says it is older than all that we know'
echo 'const char *gnu_get_libc_version(void); const char *gnu_get_libc_version(void) { return "2.30"; }' >"$work/older.c"
check 'it is built' gcc -shared -fPIC -o "$work/older.so" "$work/older.c"
check 'a program runs with it' profiled older env LD_PRELOAD="$work/older.so $LIBCONTEND" "$live/loaders"
is 'its output is its own' "$(cat "$work/older.out")" 'all waited'
is 'one line says that it is not profiled' "$(cat "$work/older.err")" \
	'contend: glibc is 2.30, not 2.31 or later: not profiling'
is 'nor is it' "$(find "$work" -name 'older.*.pb.gz')" ''
finish
