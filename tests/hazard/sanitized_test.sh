#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# leaves: a program that a sanitizer stops is ended by a system call of its own
# Goal: programs built with AddressSanitizer or ThreadSanitizer, linked statically or dynamically, run under us: their own
# races and overflows are still found, none is invented.
. "$ROOT/tests/hazard/common.sh"

cat >"$TMPDIR/clean.c" <<'END'
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_mutex_t many[1000];
static int value, waiting, values[1000];
static void *work(void *argument)
{
	pthread_mutex_lock(&mutex);
	waiting++;
	pthread_cond_signal(&cond);
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < 2000; i++) {
		pthread_mutex_lock(&mutex);
		value++;
		if (i % 100 == 0)
			usleep(20);
		pthread_mutex_unlock(&mutex);
		pthread_mutex_lock(&many[i % 1000]);
		values[i % 1000]++;
		pthread_mutex_unlock(&many[i % 1000]);
	}
	return argument;
}
int main(void)
{
	pthread_t threads[4];
	for (int i = 0; i < 1000; i++)
		pthread_mutex_init(&many[i], NULL);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	pthread_mutex_lock(&mutex);
	while (waiting < 4)
		pthread_cond_wait(&cond, &mutex);
	pthread_mutex_unlock(&mutex);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 1000; i++)
		if (values[i] != 8)
			return 1;
	printf("%d\n", value);
	return 0;
}
END
cat >"$TMPDIR/race.c" <<'END'
#include <pthread.h>
#include <unistd.h>
static int value;
static void *work(void *argument)
{
	for (int i = 0; i < 1000; i++)
		value++;
	return argument;
}
int main(void)
{
	pthread_t thread;
	pthread_create(&thread, 0, work, 0);
	work(0);
	pthread_join(thread, 0);
	return 0;
}
END
cat >"$TMPDIR/overflow.c" <<'END'
#include <stdlib.h>
int main(int argc, char **argv)
{
	volatile char *block = malloc(8);
	(void)argv;
	return block[8 * argc];
}
END

# build NAME COMPILER FLAG...
build()
{
	local name=$1

	shift
	"$@" -O1 -g -o "$TMPDIR/$name" "$source" -lpthread 2>"$TMPDIR/build.err" || { skip "$name" "$(head -n 1 "$TMPDIR/build.err")"; return 1; }
}

for compiler in gcc clang; do
	libasan=
	[ $compiler = gcc ] && libasan=$(gcc -print-file-name=libasan.so)
	for kind in address thread; do
		flag=-fsanitize=$kind
		source=$TMPDIR/clean.c
		build "$compiler-$kind" $compiler $flag || continue
		if [ $kind = address ]; then
			same "$compiler, address, order of libraries not checked" env ASAN_OPTIONS=verify_asan_link_order=0 "$TMPDIR/$compiler-$kind"
		else
			same "$compiler, $kind" "$TMPDIR/$compiler-$kind"
		fi
		none 'nothing is reported' "$(cat "$said")"
	done
done
source=$TMPDIR/clean.c
if build static-asan gcc -fsanitize=address -static-libasan; then
	same 'gcc, address, static' "$TMPDIR/static-asan"
	none 'nothing is reported' "$(cat "$said")"
fi
if build static-tsan gcc -fsanitize=thread -static-libtsan; then
	same 'gcc, thread, static' "$TMPDIR/static-tsan"
	none 'nothing is reported' "$(cat "$said")"
fi

# Dynamically linked, gcc's runtime insists on being the first library, and so cannot run behind us: then it comes before us.
source=$TMPDIR/overflow.c
libasan=$(gcc -print-file-name=libasan.so)
if build ordered gcc -fsanitize=address; then
	env "${everything[@]}" "$TMPDIR/ordered" >/dev/null 2>"$said"
	at_least 'behind us it refuses, and says why' "$(grep -c 'runtime does not come first' "$said")" 1
	env "${everything[@]}" LD_PRELOAD="$libasan:$LIBCONTEND" "$TMPDIR/ordered" >/dev/null 2>"$said"
	at_least 'before us it finds an overflow' "$(grep -c heap-buffer-overflow "$said")" 1
	source=$TMPDIR/clean.c
	build ordered gcc -fsanitize=address
	said_bare=$(env LD_PRELOAD="$libasan" "$TMPDIR/ordered")
	is 'before us it runs what is clean' "$(env "${everything[@]}" LD_PRELOAD="$libasan:$LIBCONTEND" "$TMPDIR/ordered" 2>"$said")" \
		"$said_bare"
	none 'nothing is reported' "$(cat "$said")"
fi

# Objects that are freed right after they were given up: memory that is used again at once, and memory that is kept poisoned.
source=$ROOT/tests/hazard/unmapped_after_unlock.c
if build freed gcc -D_GNU_SOURCE -DHAZARD_ON_HEAP -iquote "$ROOT/tests" -fsanitize=address -static-libasan; then
	for quarantine in quarantine_size_mb=64 quarantine_size_mb=0:thread_local_quarantine_size_kb=0; do
		same "freed after unlock, $quarantine" env ASAN_OPTIONS=$quarantine "$TMPDIR/freed"
		none 'nothing is reported' "$(cat "$said")"
	done
fi
source=$TMPDIR/race.c
if build race gcc -fsanitize=thread; then
	env "${everything[@]}" "$TMPDIR/race" >/dev/null 2>"$said"
	is 'a race still ends the program with 66' $? 66
	at_least 'a race is still found' "$(grep -c 'data race' "$said")" 1
	none 'and none of ours' "$(grep '^SUMMARY.*libcontend' "$said")"
fi
source=$TMPDIR/overflow.c
if build overflow gcc -fsanitize=address; then
	env "${everything[@]}" ASAN_OPTIONS=verify_asan_link_order=0 "$TMPDIR/overflow" >/dev/null 2>"$said"
	at_least 'an overflow is still found' "$(grep -c heap-buffer-overflow "$said")" 1
fi
finish
