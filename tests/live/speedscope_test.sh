#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 300
# speedscope, fetched from npm's registry, reads our profiles and what `contend show --folded` makes of them, and shows the same totals.
. "${ROOT:-$PWD}/tests/live/common.sh"
version=1.25.0

if ! command -v npm >/dev/null; then
	skip 'speedscope shows our totals' 'there is no npm'
	finish
fi
if ! (cd "$work" && timeout -s KILL 100 npm pack --silent --cache "$work/npm" "speedscope@$version") >"$work/npm.out" 2>&1; then
	skip 'speedscope shows our totals' "npm cannot fetch it: $(tail -n 1 "$work/npm.out" | cut -c 1-200)"
	finish
fi
check 'the package is unpacked' tar -xzf "$work/speedscope-$version.tgz" -C "$work"

profiled locks "$live/diff" 5 10 3 30
for profile in mutex block; do
	cp "$work/locks.$(last_dump locks).$profile.pb.gz" "$work/$profile.pb.gz"
	declare "$profile=$(decoded locks last $profile)"
	"$contend" show --folded "$work/$profile.pb.gz" >"$work/$profile.folded"
done
timeout -s KILL 250 python3 -B "$ROOT/tests/live/browser/speedscope.py" "$work" "$work/package" \
	"$work"/{mutex,block}.{pb.gz,folded} >"$work/table" 2>"$work/table.err"
is 'speedscope opens all four' "$? $(cat "$work/table.err")" '0 '

# What the table says of a function (of all: the sum of what they have themselves), in ns.
shown()
{
	awk -F '\t' -v file="$1" -v function_name="${2:-}" '
		function ns(text) {
			gsub(",", "", text)
			return text * (text ~ /µs$/ ? 1e3 : text ~ /ms$/ ? 1e6 : text ~ /ns$/ ? 1 : text ~ /s$/ ? 1e9 : 1)
		}
		$1 == file && function_name == "" { sum += ns($4) }
		$1 == file && $2 == function_name { sum += ns($3) }
		END { printf "%.0f\n", sum }' "$work/table"
}

for profile in mutex block; do
	is "$profile, folded: the total, to the ns" "$(shown $profile.folded)" "$(sum "${!profile}" delay)"
	near "$profile, pb.gz: the total, as far as it is shown" "$(shown $profile.pb.gz)" "$(sum "${!profile}" delay)" 0.5
done
for function in hold_first hold_second; do
	is "folded: $function" "$(shown mutex.folded $function)" "$(sum "$mutex" delay $function)"
	near "pb.gz: $function" "$(shown mutex.pb.gz $function)" "$(sum "$mutex" delay $function)" 0.5
done
finish
