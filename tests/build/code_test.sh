#!/bin/bash
# SPDX-License-Identifier: MIT
# What the compiler made of the hot path, and of calls that must not become jumps.
. "$ROOT/tests/tap.sh"
most_instructions=14 # from the entry of an uncontended call to the jump to the real function

disassembly()
{
	objdump -d --no-show-raw-insn -j .text "$1" 2>/dev/null || objdump -d --no-show-raw-insn "$1"
}

# shortest FUNCTION: instructions on the shortest way from its entry to a jump out (indirect, or to another function) or a
# return, with no call on it; nothing if there is no such way. Reads a disassembly.
shortest()
{
	awk -v wanted="<$1>:" '
		$2 == wanted { inside = 1; next }
		/^$/ || /^[0-9a-f]+ </ { inside = 0 }
		inside && /^ *[0-9a-f]+:/ {
			address = $1; sub(/:/, "", address)
			line = $0; sub(/^ *[0-9a-f]+:[ \t]*/, "", line)
			sub(/^(notrack|bnd|rep[z]?|lock) +/, "", line)
			text[++count] = line; index_of[address] = count
		}
		END {
			if (!count) exit
			distance[1] = 1; queue[1] = 1; tail = 1
			for (head = 1; head <= tail; head++) {
				i = queue[head]; split(text[i], word, /[ \t]+/)
				if (word[1] ~ /^call|^ud2|^hlt/) continue
				if (word[1] ~ /^ret/ || word[1] == "jmp" && (word[2] ~ /^\*/ || !(word[2] in index_of))) {
					print distance[i]
					exit
				}
				if (word[1] ~ /^j/ && (word[2] in index_of)) visit(index_of[word[2]])
				if (word[1] != "jmp") visit(i + 1)
			}
		}
		function visit(to)
		{
			if (to > count || (to in distance)) return
			distance[to] = distance[i] + 1
			queue[++tail] = to
		}'
}

body()
{
	awk -v wanted="<$1>:" '$2 == wanted { inside = 1; next } /^$/ { inside = 0 } inside' "$TMPDIR/code"
}

disassembly "$LIBCONTEND" >"$TMPDIR/code"
at_least 'there is code to look at' "$(grep -c '^[0-9a-f]* <' "$TMPDIR/code")" 100
for function in look_up_next look_up_version; do
	at_least "$function calls dlsym or dlvsym" "$(body "$function" | grep -cE '\bcall +\*')" 1
	none "$function jumps nowhere: they look at their return address" "$(body "$function" | grep -E '\bjmp\b')"
done
for function in pthread_mutex_lock pthread_mutex_unlock pthread_mutex_trylock syscall; do
	count=$(shortest "$function" <"$TMPDIR/code")
	note "$function: ${count:-no way} instructions without contention"
	at_least "$function has a way out without a call" "${count:-0}" 1
	at_most "and it is short: $function" "${count:-999}" $most_instructions
done

cat >"$TMPDIR/control.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
void *jumps(void);
void *jumps(void) { return dlsym(RTLD_NEXT, "x"); }
void called(void);
int calls(int x);
int calls(int x) { called(); if (x) called(); return x; }
int looks(int *x);
int looks(int *x) { if (*x == 0) return 0; called(); return *x + 1; }
END
gcc -O2 -fPIC -shared -o "$TMPDIR/control.so" "$TMPDIR/control.c"
disassembly "$TMPDIR/control.so" >"$TMPDIR/code"
at_least 'a jump would be noticed' "$(body jumps | grep -cE '\bjmp\b')" 1
is 'a function that always calls has no way' "$(shortest calls <"$TMPDIR/code")" ''
at_most 'one that looks first has one' "$(shortest looks <"$TMPDIR/code")" 8
finish
