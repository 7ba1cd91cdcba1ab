#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal of this test: the README's table of options is the list in sampling/options.def, row for row.
# To make it so again: replace the rows by the output of `sh sampling/options.sh`.
cd "$(dirname "$0")/../.." || exit 1

failed=0
number=0
check() { # condition's status, name
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		failed=1
	fi
}

rows=$(sh sampling/options.sh)
options=$(grep -c '^OPTION(' sampling/options.def)

[ "$options" -gt 0 ] && [ "$(grep -c . <<<"$rows")" -eq "$options" ]
check $? "sampling/options.sh prints a row for each of the $options options"

difference=$(diff <(grep '^| `CONTEND_' README.md) <(echo "$rows"))
check $? "README.md has these rows and no others"
[ -z "$difference" ] || sed 's/^/#   /; s/^#   </#   in README.md:  /; s/^#   >/#   in options.def:/' <<<"$difference"

echo "1..$number"
exit $failed
