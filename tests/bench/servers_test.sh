#!/bin/bash
# SPDX-License-Identifier: MIT
# What tests/bench/servers.awk makes of known measurements.
. "$ROOT/tests/tap.sh"

# lines WAY RATIO...: a round for each, in which this way has that part of the bare throughput, and the others all of it.
lines()
{
	local special=$1

	shift
	printf '%s\n' "$@" | awk -v special="$special" '
		BEGIN {
			print "# server\n# requests/s\n# machine"
			split("everything again defaults bare", ways, " ")
		}
		{ for (i = 1; i <= 4; i++) print NR, ways[i], 1000 * NR * (ways[i] == special ? $1 : 1), 200, 3, 10 }'
}

figures()
{
	awk "${@:2}" -f "$ROOT/tests/bench/numbers.awk" -f "$ROOT/tests/bench/servers.awk" <<<"$1"
}

verdict()
{
	figures "$1" | sed -n 2p | grep -oE '(ok|within noise|OVER|unknown)$'
}

# Hamilton's depression scale before and after a tranquilizer (Hollander and Wolfe, 1973): the differences are estimated as -0.46,
# with 95 % between -0.786 and -0.010. Here they are what ratios are less than 1.
depression='0.048 1.147 -0.022 0.57 0.38 0.41 0.51 1.08 0.99'
# shellcheck disable=SC2086 # a list
known=$(lines everything $depression)
is 'an estimate and its interval are the known ones' \
	"$(figures "$known" | sed -n 2p | grep -oE '[0-9.]+ [0-9.]+\.\.[0-9.]+' | tail -n 1)" '0.540 0.214..0.990'
is 'five rounds have all for an interval' "$(figures "$(lines again 1 0.9 1.1 1.02 1.01)" | sed -n 2p | grep -oE '[0-9.]+\.\.[0-9.]+' | head -n 1)" '0.900..1.100'
is 'events are added up' "$(figures "$known" | head -n 1)" 'server; events recorded: 90, 90'
is 'nothing lost is ok' "$(verdict "$(lines defaults 1 1 1 1 1 1 1 1)")" ok
is 'a hundredth lost is ok' "$(verdict "$(lines defaults 0.99 0.995 0.991 0.99 0.992 0.99 0.99 0.99)")" ok
is 'more is over, where there is no noise' "$(verdict "$(lines defaults 0.98 0.98 0.97 0.98 0.985 0.98 0.98 0.98)")" OVER
is 'one bad round does not matter' "$(verdict "$(lines defaults 1 1 0.2 1 1 1 1 1)")" ok

# The same loss, among servers that differ by up to two percent without us.
noisy=$(lines again 1.02 0.98 1.02 0.98 1.02 0.98 1.02 0.98)
less=$(awk '$2 == "defaults" { $3 *= 0.98 } { print }' <<<"$noisy")
is 'a loss within the noise is said to be so' "$(verdict "$less")" 'within noise'
is 'what is demanded has the noise in it' "$(figures "$noisy" -v demand=1)" 'defaults>=0.970'
wild=$(lines again 1.2 0.8 1.2 0.8 1.2 0.8 1.2 0.8)
is 'with too much noise nothing can be told' "$(verdict "$wild")" unknown
is 'nor demanded' "$(figures "$wild" -v demand=1)" ''
is 'nor in five rounds' "$(verdict "$(lines defaults 0.9 0.9 0.9 0.9 0.9)")" unknown
is 'but in six' "$(verdict "$(lines defaults 0.9 0.9 0.9 0.9 0.9 0.9)")" OVER
lines defaults 0.98 0.98 0.98 0.98 >"$TMPDIR/one"
lines defaults 1 1 1 1 | sed 's/server/other server/' >"$TMPDIR/two"
is 'servers of two kinds are told of together' \
	"$(awk -v together=1 -f "$ROOT/tests/bench/numbers.awk" -f "$ROOT/tests/bench/servers.awk" "$TMPDIR/one" "$TMPDIR/two" |
		sed -n 2p | tr -s ' ')" ' throughput 1.000 1.000..1.000 0.990 0.980..1.000 1.000 1.000..1.000 ok'
is 'README gets one row' "$(figures "$known" -v markdown=1)" "| server | 5000 requests/s, p99 200 us \
| 1.000 (1.000 to 1.000); p99 1.00, CPU 1.00 | 0.540 (0.214 to 0.990); p99 1.00, CPU 1.00 | 1.000 (1.000 to 1.000); p99 1.00, CPU 1.00 |"
finish
