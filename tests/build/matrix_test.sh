#!/bin/bash
# SPDX-License-Identifier: MIT
# Every function that the library stands in front of is tried by the matrix programs, or tests/hazard/matrix.def says why not;
# nothing else stands there; and every family of that list has a program. The same for the calls that only wait, which are
# in lists of their own.
. "$ROOT/tests/tap.sh"
cd "$ROOT" || exit 1

interposed()
{
	sed -n 's/^FUNCTION\(_ASIDE\|_CONFINING\)\{0,1\}(\([^,]*\), *\([A-Za-z_0-9]*\),.*/\3/p; s/^FUNCTION_[A-Z_]*(\([A-Za-z_0-9]*\)).*/\1/p' \
		interpose/functions.def
}

waiting()
{
	sed -n 's/^WAITING(\([^,]*\), *\([A-Za-z_0-9]*\),.*/\2/p' interpose/waits.def
}

calls()
{
	sed -nE 's/^CALL\(([A-Z_]+), ([A-Za-z_0-9]+), .*/\1 \2/p' tests/hazard/waiting_calls.def
}

rows()
{
	sed -nE 's/^([A-Z_]+)\(([A-Za-z_0-9]+), .*/\1 \2/p' tests/hazard/matrix.def
}

interposed | sort >"$TMPDIR/interposed"
rows | sed 's/.* //' | sort >"$TMPDIR/listed"
at_least 'there are functions' "$(wc -l <"$TMPDIR/interposed")" 20
none 'no function is listed twice' "$(uniq -d "$TMPDIR/listed")"
none 'each is in the matrix, or exempt' "$(comm -23 "$TMPDIR/interposed" "$TMPDIR/listed")"
none 'the matrix has no other' "$(comm -13 "$TMPDIR/interposed" "$TMPDIR/listed")"
none 'an exemption has a reason' "$(grep '^EXEMPT' tests/hazard/matrix.def | grep -vE '^EXEMPT\([A-Za-z0-9_]+, "[a-z][^"]{10,}"\)$')"
none 'nothing that waits by its name is exempt' \
	"$(rows | sed -n 's/^EXEMPT //p' | grep -E '^(_*pthread_|mtx_|cnd_|sem_|call_once|thrd_)' | grep -vE '_(create|init|destroy)$')"
for family in $(rows | sed '/^EXEMPT/d; s/ .*//' | sort -u); do
	is "a program tries $family" "$(grep -lE "^#define $family MATRIX_FUNCTION$" tests/hazard/*_matrix.c | wc -l)" 1
done
waiting | sort >"$TMPDIR/waiting"
calls | sed 's/.* //' | sort >"$TMPDIR/called"
at_least 'there are calls that only wait' "$(wc -l <"$TMPDIR/waiting")" 90
is 'every line of that list was understood' "$(grep -c '^WAITING(' interpose/waits.def)" "$(wc -l <"$TMPDIR/waiting")"
none 'no call is listed twice' "$(uniq -d "$TMPDIR/called")"
none 'each is called by the matrix' "$(comm -23 "$TMPDIR/waiting" "$TMPDIR/called")"
none 'the matrix calls no other' "$(comm -13 "$TMPDIR/waiting" "$TMPDIR/called")"
for family in $(calls | sed 's/ .*//' | sort -u); do
	is "a program tries the $family" "$(grep -lE "run\($family, " tests/hazard/*_matrix.c | wc -l)" 1
done
sed '/^recvmmsg$/d' "$TMPDIR/called" >"$TMPDIR/fewer"
is 'one call that is missing is noticed' "$(comm -23 "$TMPDIR/waiting" "$TMPDIR/fewer")" recvmmsg
sed '/^pthread_mutex_lock$/d' "$TMPDIR/listed" >"$TMPDIR/fewer"
is 'one that is missing is noticed' "$(comm -23 "$TMPDIR/interposed" "$TMPDIR/fewer")" pthread_mutex_lock
finish
