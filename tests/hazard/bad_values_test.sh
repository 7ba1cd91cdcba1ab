#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# Goal: a bad value of any option, of any length, or an option that does not exist, costs one line on standard error that names
# it; the program runs as without us.
. "$ROOT/tests/hazard/common.sh"
contends=$hazard/program_defines_lock

# with NAME=VALUE: runs as bare, and what is said about it.
with()
{
	same "${1:0:40}" env "$1" "$contends"
	is "one line names ${1%%=*} (${1:0:40})" "$(grep -c "${1%%=*}" "$said")" 1
	is 'and nothing else is said' "$(wc -l <"$said")" 1
}

long=$(head -c 100000 /dev/zero | tr '\0' 9)
numbers=$(sed -n 's/^OPTION(.*"\(CONTEND_[A-Z_]*\)", *\(number\|duration\|bytes\|flag\|signal\).*/\1/p' "$ROOT/sampling/options.def")
at_least 'there are options with numbers' "$(wc -w <<<"$numbers")" 7
for name in $numbers; do
	for value in x -1 1x 99999999999999999999999 '1 ' 0x '%s%n' "$long"; do
		with "$name=$value"
	done
done
with "CONTEND_NO_SUCH=1"
with "CONTEND_=1"
same 'an unknown option with a name of 100,000 characters' env "CONTEND_$long=1" "$contends"
is 'one line says how it begins' "$(grep -c CONTEND_9999 "$said")" 1
same 'an empty value' env CONTEND_FRACTION= CONTEND_BLOCK_RATE= CONTEND_OUT= CONTEND_SIGNAL= "$contends"
same 'a variable that only looks like ours' env CONTENDER=1 contend_fraction=x CONTEND=x "$contends"
none 'says nothing' "$(cat "$said")"
for name in OUT REGION_DIR; do
	same "CONTEND_$name of 100,000 characters" env "CONTEND_$name=/$long" "$contends"
done
finish
