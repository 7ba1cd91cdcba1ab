#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 300
# leaves: a process that was killed
# What is no region and no profile makes `contend` say so: exit status 1, one line that names the file, in less than a second's
# work, and nothing is written. What is damaged inside is reported as far as it makes sense, or refused in the same way.
. "${ROOT:-$PWD}/tests/live/common.sh"
cp "$contend" "$work/contend"
written=$work/written
mkdir -m 777 "$written"
TIMEFORMAT='%U %S'

# run COMMAND...: its exit status in $status, its output in run.out and run.err, CPU time in $cpu_ms.
run()
{
	{ time timeout -s KILL 60 "$@" >"$work/run.out" 2>"$work/run.err"; status=$?; } 2>"$work/run.time"
	cpu_ms=$(tail -n 1 "$work/run.time" | awk '{ printf "%d", ($1 + $2) * 1000 }')
}

# The command of the tool for a FILE; as another user who may not read it, if need be.
contend_on()
{
	local command=$1 file=$2

	case $command in
	dump) set -- dump -o "$written/p.%n" --keep --region "$file" ;;
	*) set -- "$command" "$file" ;;
	esac
	run "${as_stranger[@]}" "$work/contend" "$@"
}

# What is wrong with a refusal of FILE: nothing, or words.
refusal_faults()
{
	[ $status = 1 ] || echo "exit status $status"
	[ "$(wc -l <"$work/run.err")" = 1 ] || echo "said: $(head -n 5 "$work/run.err")"
	grep -qF -- "$1" "$work/run.err" || echo "does not name the file: $(head -n 1 "$work/run.err")"
	[ ! -s "$work/run.out" ] || echo "printed: $(head -n 3 "$work/run.out")"
	[ -z "$(ls -A "$written")" ] || echo "written: $(ls -A "$written")"
	[ "$cpu_ms" -lt 1000 ] || echo "took $cpu_ms ms"
}

# refused WHAT FILE [COMMAND...]: all commands (those) refuse it.
refused()
{
	local what=$1 file=$2 command
	local commands=(dump check show)

	shift 2
	[ $# = 0 ] || commands=("$@")
	for command in "${commands[@]}"; do
		contend_on $command "$file"
		is "$command: $what" "$(refusal_faults "$file")" ''
		find "$written" -mindepth 1 -delete
	done
}

# What is wrong with what a command makes of a file that may or may not be good for something.
faults_of_either()
{
	local profile

	[ $status = 0 ] || { refusal_faults "$1"; return; }
	[ "$(grep -cv '^contend: process [-0-9]* (.*): ' "$work/run.err")" = 0 ] || echo "said: $(head -n 3 "$work/run.err")"
	cat "$work/run.err" "$work/run.out" | tr -d '\n' | grep '[[:cntrl:]]'
	while read -r profile; do
		"$contend" show "$profile" >/dev/null 2>&1 || echo "wrote what it cannot read: $profile"
	done < <(grep '^/.*\.pb\.gz$' "$work/run.out")
}

# A number of 4 or 8 bytes, as it lies in memory, on standard output.
word()
{
	local number=$1 bytes=$2

	while ((bytes-- > 0)); do
		printf "\\x$(printf %02x $((number & 255)))"
		number=$((number >> 8))
	done
}

# poke FILE OFFSET NUMBER BYTES
poke()
{
	word "$3" "$4" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# Where nobody else's region can be taken for the one.
CONTEND_REGION_DIR=$(mktemp -d "$regions/hostile.XXXXXX") || { echo 'Bail out! no directory for regions'; exit 1; }
profiled killed "$live/exit_ways" SIGKILL 2>/dev/null
region=$(find "$CONTEND_REGION_DIR" -type f)
[ "$region" ] || { echo 'Bail out! no region was left'; exit 1; }
trap 'rm -rf "$work" "$CONTEND_REGION_DIR"' EXIT
mv "$region" "$work/region"
region=$work/region
bytes=$(stat -c %s "$region")
contend_on dump "$region"
is 'a region that is whole is dumped' "$status" 0
profile=$(sed -n 's/.*block.*/&/p' "$work/run.out")
mv "$profile" "$work/profile.pb.gz"
profile=$work/profile.pb.gz
find "$written" -mindepth 1 -delete
contend_on show "$profile"
is 'and shown' "$status" 0

: >"$work/empty"
mkdir "$work/directory"
mkfifo "$work/pipe"
ln -s "$region" "$work/link"
head -c 1000000 /dev/urandom >"$work/random"
head -c "$bytes" /dev/urandom >"$work/random_whole"
{ head -c 8 "$region"; head -c $((bytes - 8)) /dev/urandom; } >"$work/magic"
truncate -s 1T "$work/endless"
truncate -s 4G "$work/hole"
for file in empty directory pipe random random_whole magic endless hole; do
	refused "$file" "$work/$file"
done
refused 'no file' "$work/none"
refused 'a link' "$work/link" dump check
for device in /dev/null /dev/zero /dev/full; do
	refused "$device" $device
done
refused 'a profile as a region' "$profile" dump check
contend_on show "$region"
is 'a region is shown, too' "$status $(cat "$work/run.err")" '0 '

if [ "$(id -u)" = 0 ]; then
	as_stranger=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	chmod 600 "$region" "$profile"
	refused "somebody else's" "$region" dump check
	refused "somebody else's" "$profile" show
	as_stranger=()
else
	cp "$region" "$work/secret"
	chmod 0 "$work/secret"
	refused 'not to be read' "$work/secret"
fi

for size in 1 4095 4096 100000 $((bytes / 2)) $((bytes - 4096)) $((bytes - 1)) $((bytes + 1)) $((bytes + 4096)); do
	cp --sparse=always "$region" "$work/cut"
	truncate -s $size "$work/cut"
	refused "a region of $size bytes" "$work/cut" dump check
done
for size in 1 2 17 100 $(($(stat -c %s "$profile") - 1)); do
	head -c $size "$profile" >"$work/cut"
	refused "$size bytes of a profile" "$work/cut" show
done
{ cat "$profile"; echo more; } >"$work/longer"
refused 'a profile and more' "$work/longer" show
for size in $((1 << 30)) $((1 << 32)); do # as large as it says, all of it holes
	cp --sparse=always "$region" "$work/inflated"
	truncate -s $size "$work/inflated"
	poke "$work/inflated" 16 $size 8
	refused "a region that says $size bytes" "$work/inflated" dump
done
cp --sparse=always "$region" "$work/newer"
poke "$work/newer" 8 999 4
refused 'a region of another version' "$work/newer" dump check
head -c 300M /dev/zero | gzip -1 >"$work/bomb.pb.gz"
refused 'gzip of 300 megabytes' "$work/bomb.pb.gz" show

for ((seed = 1; seed <= 20; seed++)); do
	RANDOM=$seed
	cp --sparse=always "$region" "$work/damaged"
	cp "$profile" "$work/damaged.pb.gz"
	gzip -dc "$profile" >"$work/damaged.pb"
	for ((i = 0; i < 10; i++)); do
		poke "$work/damaged" $((RANDOM * RANDOM % 720000)) $((RANDOM << 17 ^ RANDOM)) 4
		poke "$work/damaged.pb" $((RANDOM % $(stat -c %s "$work/damaged.pb"))) $RANDOM 1
		poke "$work/damaged.pb.gz" $((RANDOM % $(stat -c %s "$work/damaged.pb.gz"))) $RANDOM 1
	done
	contend_on dump "$work/damaged"
	is "damaged region $seed: dumped or refused" "$(faults_of_either "$work/damaged")" ''
	find "$written" -mindepth 1 -delete
	for file in damaged.pb damaged.pb.gz; do
		contend_on show "$work/$file"
		is "$file $seed: shown or refused" "$(faults_of_either "$work/$file")" ''
	done
done

contend_on show "$ROOT/tests/fuzz/corpus/profile/endless_name"
is 'a name that stands for more than any memory holds: shown' "$(faults_of_either endless_name) $status" ' 0'
at_least 'as it is' "$(grep -c '_Z1fI1AIiiES0_IS1_S1_E' "$work/run.out")" 1
contend_on show "$ROOT/tests/fuzz/corpus/profile/names"
is 'names of all kinds are shown' "$status" 0
is 'without what a terminal would obey' "$(tr -d '\n' <"$work/run.out" | grep -c '[[:cntrl:]]')" 0
is 'which stands there, harmless' "$(grep -cF '?[2Jx' "$work/run.out")" 1
at_least 'and the readable ones as they are written' "$(grep -cE ' app::work$| core::fmt::Formatter::pad$' "$work/run.out")" 2
finish
