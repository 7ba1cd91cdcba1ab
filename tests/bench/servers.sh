#!/bin/bash
# SPDX-License-Identifier: MIT
# servers.sh [NAME...]: what real servers lose under the library (all of tests/bench/servers, by default).
#
# Of each kind four servers run at a time: bare, again (bare, too), defaults, everything (CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1).
# They are put under load one after another, then in reverse, and so on, so that what drifts is the same for all four: a
# round. The next round has new servers, in another order. A round gives one value of each; values are compared with the bare one of
# their round. "again" is compared, too: what it shows is the noise. servers.awk makes the table.
#
# Every round it is checked that the preloaded servers recorded something, and that the bare ones did not have us.
#
# RUNS=8               rounds
# SECONDS_EACH=8       of load on a server in each
# LOAD_SECONDS         of these at a time (1, but what a kind says): each load has new connections, and which of a server's threads gets
#                      which of them is chance, so many short loads tell more than few long ones.
# QUICK=1              RUNS=2 SECONDS_EACH=2 LOAD_SECONDS=1
# APART=1              servers on the first CPU, clients on the others
# NOBUILD=1            take what is built
# BENCH_OUT=build/bench: in its directory servers there is what was measured, a file for each kind.
# servers.sh --markdown prints rows for README of what is there, --list the names.
#
# A file servers/NAME.sh (common_*.sh: for several) is sourced and sets `title`, `program`, `rate` (unit of the throughput) and, if need
# be, `account` (the user for it where root asks), `end_signal` (TERM), `load_seconds` (1). $data is a directory for its kind, $here and
# $port are those of one server. It has:
#   prepare           makes in $data what all servers start from (optional)
#   start             execs the server, by `serve PROGRAM...`
#   is_ready          is it?
#   load SECONDS      puts it under load; prints requests, requests per second, and the 99th percentile of their times in us
# shellcheck disable=SC1090,SC2034 # what it sources uses its variables
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/servers.sh
export LC_ALL=C
unset "${!CONTEND_@}" LD_PRELOAD
PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin:$(postgresql_path)
bench=$PWD/build/tests/bench
library=$PWD/build/libcontend.so
results=${BENCH_OUT:-$PWD/build/bench}/servers
rounds=${RUNS:-${QUICK:+2}}
rounds=${rounds:-8}
seconds=${SECONDS_EACH:-${QUICK:+2}}
seconds=${seconds:-8}
ticks_per_s=$(getconf CLK_TCK)
ways=(bare again defaults everything)
orders=('0 1 3 2' '1 2 0 3' '2 3 1 0' '3 0 2 1') # each is in every place once, and once behind every other (Williams)
declare -A server_of port_of
work=

fail()
{
	echo "servers: $*" >&2
	exit 1
}

# The processes of a server (itself, its children, theirs), each with the CPU time in ticks that it and those of its children that ended
# have used.
family()
{
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v first="$1" '
		{
			pid = $1
			sub(/^.*\) /, "")
			parent[pid] = $2
			ticks[pid] = $12 + $13 + $14 + $15
		}
		END {
			for (pid in parent) {
				for (at = pid; at > 1 && at != first; at = parent[at]) ;
				if (at == first) print pid, ticks[pid]
			}
		}'
}

cpu_us()
{
	family "$1" | awk -v ticks="$ticks_per_s" '{ sum += $2 } END { printf "%.0f\n", sum * 1e6 / ticks }'
}

# The first process of a server would replace the others that it misses: it is stopped before they are counted.
kill_all()
{
	local server

	for server in "${server_of[@]}"; do
		kill -STOP "$server" 2>/dev/null
		# shellcheck disable=SC2046 # processes
		kill -KILL "$server" $(family "$server" | cut -d ' ' -f 1) 2>/dev/null
		wait "$server" 2>/dev/null
	done
	server_of=()
}

clean_up()
{
	trap '' INT TERM
	kill_all
	[ "$work" ] && rm -rf "$work"
}

# in_place WAY COMMAND...: with the variables of that way's server.
in_place()
{
	local way=$1 here=$work/$1 port=${port_of[$1]}

	shift
	"$@"
}

preloading()
{
	case $1 in
	defaults) preloading=() ;;
	everything) preloading=(CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1) ;;
	*) preloading=() && return ;;
	esac
	preloading+=("LD_PRELOAD=$library" "CONTEND_REGION_DIR=$here/regions" "CONTEND_OUT=$here/profiles/%e.%p.%n")
}

# Called by `start`, in a process of its own.
serve()
{
	exec "${on_server[@]}" "${user[@]}" env "${preloading[@]}" "$@"
}

start_one()
{
	local preloading=()

	mkdir -m 1777 "$here" "$here/profiles" "$here/regions"
	chmod 1777 "$here" "$here/profiles" "$here/regions"
	preloading "$way"
	start >"$here/out" 2>"$here/err" </dev/null &
	server_of[$way]=$!
	await_server $! 60 is_ready
	is_ready >/dev/null 2>&1 || fail "$name does not start ($way): $(tail -n 3 "$here/out" "$here/err")"
}

# One load: appends "THROUGHPUT P99 CPU" of it.
measure_one()
{
	local before after said requests throughput p99

	sleep 0.2 # what the one before left: connections that end, dumps
	before=$(cpu_us "${server_of[$way]}")
	said=$(load "$1") || fail "$name, $way: the load failed: $said $(tail -n 5 "$here"/load* 2>/dev/null)"
	after=$(cpu_us "${server_of[$way]}")
	read -r requests throughput p99 <<<"$said"
	[ "${p99:-}" ] || fail "$name, $way: the load says nothing"
	echo "$throughput $p99 $(awk -v us=$((after - before)) -v requests="$requests" 'BEGIN { print us / requests }')" >>"$here/measured"
}

# Is the library in a bare one, or not in another?
check_one()
{
	local mapped

	mapped=$(grep -c libcontend.so "/proc/${server_of[$way]}/maps")
	case $way in
	bare | again) [ "$mapped" = 0 ] || fail "$name, $way: the library is in a bare server" ;;
	*) [ "$mapped" != 0 ] || fail "$name, $way: the library is not there" ;;
	esac
}

stop_one()
{
	local status events

	kill "-$end_signal" "${server_of[$way]}"
	wait "${server_of[$way]}"
	status=$?
	unset "server_of[$way]"
	[ $status = 0 ] || fail "$name, $way: it ended with $status: $(tail -n 5 "$here/err")"
	case $way in bare | again) return ;; esac
	events=$(recorded "$here/profiles")
	[ "${events:-0}" -gt 0 ] || fail "$name, $way: nothing was recorded; was it under us?"
	echo "$events" >"$here/events"
}

# How many events are in all profiles there.
recorded()
{
	find "$1" -name '*.pb.gz' -exec build/tests/decode {} \; | awk -F '\t' '!/^#/ { sum += $1 } END { printf "%.0f\n", sum }'
}

# run_round ROUND: four lines "ROUND WAY THROUGHPUT P99 CPU EVENTS".
run_round()
{
	local order=() back=() way i

	for i in ${orders[$1 % 4]}; do
		order+=("${ways[i]}")
		back=("${ways[i]}" "${back[@]}")
	done
	for way in "${order[@]}"; do
		port_of[$way]=$(free_port)
		in_place "$way" start_one
	done
	for way in "${order[@]}"; do
		in_place "$way" load 1 >/dev/null || fail "$name, $way: the load failed"
	done
	for ((i = 0; i < seconds; i += 2 * load_seconds)); do
		for way in "${order[@]}" "${back[@]}"; do
			in_place "$way" measure_one "$load_seconds"
		done
	done
	for way in "${order[@]}"; do
		in_place "$way" check_one
		in_place "$way" stop_one
	done
	for way in "${order[@]}"; do
		awk -v head="$1 $way" -v events="$(cat "$work/$way/events" 2>/dev/null || echo -)" '
			{ for (i = 1; i <= 3; i++) sum[i] += $i }
			END { print head, sum[1] / NR, sum[2] / NR, sum[3] / NR, events }' "$work/$way/measured"
		rm -rf "${work:?}/$way"
	done
}

run_server()
{
	local name=$1 title='' program='' rate='' account='' end_signal=TERM load_seconds=1 data=$work/data round

	[ -e "tests/bench/servers/$name.sh" ] || fail "there is no $name; there are: $(list | paste -sd ' ')"
	prepare() { :; }
	. "tests/bench/servers/$name.sh"
	load_seconds=${LOAD_SECONDS:-${QUICK:-$load_seconds}}
	command -v "$program" >/dev/null || fail "$program is missing (make install-needs)"
	user=()
	[ "$account" ] && unprivileged "$account"
	mkdir "$data" && chmod 1777 "$data"
	prepare >"$work/prepared" 2>&1 || fail "$name: $(tail -n 5 "$work/prepared")"
	printf '# %s\n' "$title" "$rate" "$(machine)" >"$work/lines"
	for ((round = 0; round < rounds; round++)); do
		run_round $round >>"$work/lines" || exit
	done
	rm -rf "$data"
	mv "$work/lines" "$results/$name"
	figures -v titles="$titles" "$results/$name"
	titles=
}

figures()
{
	awk -f tests/bench/numbers.awk -f tests/bench/servers.awk "$@"
}

machine()
{
	sh tests/bench/machine.sh | awk -F '\t' -v day="$(date +%F)" -v rounds="$rounds" -v seconds="$seconds" -v apart="${APART:-}" '
		{ value[$1] = $2 }
		END {
			printf "%s, %s cores, %s, %s, %s; ", value["cpu"], value["cores"], value["kernel"], value["system"], day
			printf "%d rounds of %d s%s\n", rounds, seconds, apart ? ", servers on one CPU, clients on the others" : ""
		}'
}

list()
{
	basename -s .sh tests/bench/servers/*.sh | grep -v ^common_
}

markdown()
{
	local kind files=()

	for kind in $(list); do
		[ ! -e "$results/$kind" ] || files+=("$results/$kind")
	done
	[ ${#files[@]} != 0 ] || fail "nothing is in $results"
	echo "| $(sed -ns '3s/^# //p' "${files[@]}" | sort -u | paste -sd ';') | bare | defaults | everything | noise |"
	echo '|---|---|---|---|---|'
	for kind in "${files[@]}"; do
		figures -v markdown=1 "$kind"
	done
	[ ${#files[@]} = 1 ] || figures -v markdown=1 -v together=1 "${files[@]}"
}

case ${1:-} in
--list) list && exit ;;
--markdown) markdown && exit ;;
esac
on_server=()
on_client=()
if [ "${APART:-}" ]; then
	on_server=(taskset -c 0)
	on_client=(taskset -c "1-$(($(nproc) - 1))")
fi
[ "${NOBUILD:-}" ] || make -s all bench-programs || exit 1
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
work=$(mktemp -d /dev/shm/contend-servers.XXXXXX) || exit 1 # no disk has a part in it
chmod 755 "$work"
mkdir -p "$results"
machine
titles=1
# shellcheck disable=SC2046 # names
[ $# != 0 ] || set -- $(list)
for kind; do
	run_server "$kind"
done
[ $# = 1 ] || figures -v together=1 "${@/#/$results/}"
echo "measured in $((SECONDS / 60)) min $((SECONDS % 60)) s"
