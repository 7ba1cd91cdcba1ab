# SPDX-License-Identifier: MIT
# Sourced by the tests of families: what a program of families.h says of its waits, against its profiles.
#
#   check_families RUN SOURCE COMPILER...   compiles tests/live/SOURCE to $work/RUN, runs it and compares
. "${ROOT:-$PWD}/tests/live/common.sh"

compile()
{
	local program=$work/$1 source=$ROOT/tests/live/$2

	shift 2
	"$@" -g -D_GNU_SOURCE -iquote "$ROOT/tests" -o "$program" "$source" "$BUILD/tests/check.a" -lpthread
}

# A profile with the names that a reader knows.
readable()
{
	local file

	file=$(decoded "$1" last "$2")
	c++filt <"$file" | sed 's/ \[clone [^]]*\]//g' >"$work/$1.$2.txt"
	echo "$work/$1.$2.txt"
}

# compare OUTPUT BLOCK MUTEX: for each family "ok|not ok|skip", its name, and what is wrong; separated by tabs. The caller in
# a stack is the first frame behind the leaf that is not the implementation's own.
compare()
{
	awk -F '\t' '
		function is_far(got, expected) { return got < expected * 0.95 || got > expected * 1.05 }
		function expect(profile, leaf, caller, labels, rounds, delay, key, said) {
			key = profile FS leaf FS caller FS labels
			said = delays[key] + 0
			if (count[key] + 0 != rounds)
				wrong = wrong sprintf("; %s counts %d, not %d", key, count[key], rounds)
			if (only_called ? said > delay : is_far(said, delay))
				wrong = wrong sprintf("; %s says %d ns, not %d", key, said, delay)
			if (all[profile, caller] + 0 != rounds)
				wrong = wrong sprintf("; %s: %d in all of %s", caller, all[profile, caller], profile)
		}
		/^#/ { next }
		FILENAME != output {
			profile = FILENAME == block ? "block" : "mutex"
			frames = split($4, frame, ";")
			caller = ""
			split("", seen)
			for (i = 2; i <= frames; i++) {
				sub(/\(.*/, "", frame[i])
				if (!(frame[i] in seen))
					all[profile, frame[i]] += $1
				seen[frame[i]]
				if (caller == "" && frame[i] !~ /^([a-z]+ )?(std::|__)/)
					caller = frame[i]
			}
			labels = $3
			sub(/,?lock=.*/, "", labels)
			key = profile FS frame[1] FS caller FS (labels ? labels : "-")
			count[key] += $1
			delays[key] += $2
			next
		}
		$9 == "EPERM" || $9 == "ENOSYS" { print "skip", $1; next }
		{
			only_called = $9 == "called"
			wrong = $9 == "ok" || only_called ? "" : "; " $9
			blamed = $5 != "-" && $8 > 0
			expect("block", $4, $1, "kind=" $3, $6, $7)
			expect("mutex", $5, $2, "-", blamed ? $6 : 0, blamed ? $8 : 0)
			print wrong ? "not ok" : "ok", $1, wrong
		}' OFS='\t' output="$1" block="$2" "$2" "$3" "$1"
}

check_families()
{
	local run=$1 block mutex verdict name wrong compared=0

	check "$run: it compiles" compile "$@"
	check "$run: the program ends well" profiled "$run" CONTEND_SPIN=1 "$work/$run"
	block=$(readable "$run" block)
	mutex=$(readable "$run" mutex)
	at_least "$run: it says what it waited for" "$(wc -l <"$work/$run.out")" 10
	is "$run: nothing was lost" "$(grep -h '^# comment # lost:' "$block" "$mutex" | sort -u)" '# comment # lost: nothing'
	while IFS=$'\t' read -r verdict name wrong; do
		compared=$((compared + 1))
		case $verdict in
		skip) skip "$run: $name" 'what it waits for is not permitted here' ;;
		*) result "$verdict" "$run: $name" "$wrong" ;;
		esac
	done < <(compare "$work/$run.out" "$block" "$mutex")
	is "$run: all of it was compared" "$compared" "$(wc -l <"$work/$run.out")"
}
