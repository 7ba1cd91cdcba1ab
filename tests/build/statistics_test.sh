#!/bin/bash
# SPDX-License-Identifier: MIT
# The statistics of the benchmarks: measurements whose medians, quartiles and verdicts are known, and those that lack something.
. "$ROOT/tests/tap.sh"

figures()
{
	awk -v how="$1" -v limits="${2:-}" -v field="${3:-1}" -f "$ROOT/tests/bench/numbers.awk" -f "$ROOT/tests/bench/statistics.awk" | tr '\t' ' '
}

five="1 bare 10
1 defaults 11
1 off 10
2 defaults 26
2 bare 20
2 off 20
3 off 30
3 bare 30
3 defaults 33
4 bare 100
4 off 100
4 defaults 300
5 bare 40
5 defaults 48
5 off 40"
is 'medians, and quartiles of ratios, of the same rounds' "$(figures ratio '' <<<"$five")" "defaults 30 33 1.2 1.1 1.3 5 - ok
off 30 30 1 1 1 5 - ok"
is 'differences' "$(figures difference '' <<<"$five" | head -n 1)" 'defaults 30 33 6 3 8 5 - ok'
is 'values alone' "$(grep -v bare <<<"$five" | figures value '' | head -n 1)" 'defaults - 33 33 26 48 5 - ok'
is 'between two values' "$(figures difference '' <<<"1 bare 0
1 off 1
2 bare 0
2 off 2
3 bare 0
3 off 3
4 bare 0
4 off 4")" 'off 0 2.5 2.5 1.75 3.25 4 - ok'
is 'one round' "$(figures ratio '' <<<"1 bare 8
1 off 2")" 'off 8 2 0.25 0.25 0.25 1 - ok'
is 'another field' "$(figures ratio '' 2 <<<"1 bare 8 5
1 off 2 10")" 'off 5 10 2 2 2 1 - ok'
is 'large and small numbers, negative differences' "$(figures difference '' <<<"1 bare 12345678
1 off 0.5")" 'off 1.23457e+07 0.5 -1.23457e+07 -1.23457e+07 -1.23457e+07 1 - ok'

verdicts()
{
	figures ratio "$1" <<<"$five" | awk '{ print $1, $8, $9 }'
}
is 'below a limit' "$(verdicts 'defaults<=1.21')" "defaults <=1.21 ok
off - ok"
is 'at a limit' "$(verdicts 'defaults<=1.2 off>=1')" "defaults <=1.2 ok
off >=1 ok"
is 'beyond limits, each in its setting' "$(verdicts 'off>=1.1 defaults<=1.19')" "defaults <=1.19 OVER
off >=1.1 OVER"

is 'a value that is missing fails its row, and no other' "$(figures ratio 'off<=2' <<<"1 bare 1
1 off -
1 defaults 1
2 bare 1
2 off 1
2 defaults 1")" "off - - - - - 0 <=2 FAILED
defaults 1 1 1 1 1 2 - ok"
is 'so does a round without a bare value' "$(figures ratio '' <<<"1 bare 1
1 off 1
2 off 1")" 'off - - - - - 0 - FAILED'
is 'and a word that is no number' "$(figures value '' <<<'1 off nan')" 'off - - - - - 0 - FAILED'
is 'nothing measured' "$(figures ratio '' </dev/null)" '- - - - - - 0 - FAILED'
finish
