#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 180
# `contend symbolize` adds files, lines and inlined functions, from wherever debug information lies, and only from that of the very
# object that was there; damaged debug information does no harm.
. "${ROOT:-$PWD}/tests/live/common.sh"
unset "${!DEBUGINFOD_@}"
source=$ROOT/tests/live/symbolize.c
flags=(-O2 -g -D_GNU_SOURCE -iquote "$ROOT/tests" -w -pthread)

# NAME FLAG...: builds the program as $work/NAME/program.
build()
{
	mkdir -p "$work/$1"
	(cd "$work/$1" && "${compiler:-gcc}" -std=gnu17 "${flags[@]}" "${@:2}" -o program "$source" "$BUILD/tests/check.a")
}

# NAME FILE: the line that FILE marks with a name.
marked()
{
	grep -n "line: $1 \\*/" "$2" | cut -d : -f 1
}

# NAME [PROGRAM]: runs it, and adds lines to its block profile: $text, what `decode` says of it; $plain, of what it was; $said.
symbolized()
{
	profiled "$1" "${2:-$work/$1/program}" </dev/null
	is "$1: the program ends as it does" $? "${3:-0}"
	add_lines "$1"
}

add_lines()
{
	local number
	number=$(last_dump "$1")
	rm -f "$work/$1.$number.block.lines.pb.gz"
	plain=$(decoded "$1" "$number" block)
	said=$("$contend" symbolize "$work/$1.$number.block.pb.gz" 2>&1 >/dev/null)
	is "$1: that works" $? 0
	lines=$work/$1.$number.block.lines.pb.gz
	text=$(decoded "$1" "$number" block.lines)
}

# FUNCTION: the functions and lines of the location whose last function that is, innermost first: "inner:12 outer:34 ".
chain()
{
	awk -F '\t' -v last="$1" '
		/^# location/ { chain = "" }
		match($1, /^# line [0-9]+ [0-9]+ [0-9]+ /) {
			name = substr($1, RLENGTH + 1)
			split($1, words, " ")
			chain = chain name ":" words[4] " "
			if (name == last)
				print chain
		}' "$text" | sort -u
}

# What must be as it was: values and labels of the samples; addresses and last functions of the locations.
essence()
{
	grep -v '^#' "$1" | cut -f 1-3
	sed -n 's/^# location \([^ ]* [^ ]* [^ ]*\) \(.*,\)*/\1 /p' "$1"
}

expected="innermost:$(marked innermost "$source") middle:$(marked middle "$source") outer:$(marked outer "$source") "

# NAME [WITHOUT]: the chain is told as it is in the source; the functions had names before, unless there is a second word.
has_chain()
{
	is "$1: inlined functions and their lines" "$(chain outer)" "$expected"
	is "$1: the file" "$(sed -n 's/^# line .* outer\t//p' "$text" | sort -u)" "$source"
	[ -n "${2:-}" ] || is "$1: stacks and values are as before" "$(essence "$text")" "$(essence "$plain")"
}

# NAME: addr2line says the same of every location of the program, as far as it tells a line.
agrees_with_addr2line()
{
	local base location address asked told
	asked=$work/$1.asked told=$work/$1.told
	base=$(readelf -lW "$work/$1/program" | awk '$1 == "LOAD" && /R E/ { print $2, $3; exit }')
	awk -v segment="$base" '
		$2 == "mapping" && $NF ~ /\/program$/ { id = $3; start = strtonum($4); offset = strtonum($6) }
		$2 == "location" && $5 == id { split(segment, of); printf "%s %#x\n", $3, \
			strtonum($4) - start + offset - strtonum(of[1]) + strtonum(of[2]) }' "$text" >"$work/addresses"
	: >"$asked" && : >"$told"
	while read -r location address; do
		addr2line -ie "$work/$1/program" "$address" | grep -v '?' | sed 's/ (.*//' | sed "s/^/$location /" >>"$asked"
		sed -n "s/^# line $location \([0-9]*\) [0-9]* [^\t]*\t\(.*\)/$location \2:\1/p" "$text" >>"$told"
	done <"$work/addresses"
	at_least "$1: addr2line knows lines" "$(wc -l <"$asked")" 5
	is "$1: addr2line says the same" "$(diff "$told" "$asked")" ''
}

# Everything as compilers and linkers lay it out.
while read -r name options; do
	# shellcheck disable=SC2086 # a list
	check "$name: it is built" build "$name" $options
	symbolized "$name"
	has_chain "$name"
	[[ $name == split* ]] || agrees_with_addr2line "$name"
done <<'VARIANTS'
pie -fPIE -pie
fixed -no-pie -fno-pie
dwarf4 -gdwarf-4
split -gsplit-dwarf
split4 -gdwarf-4 -gsplit-dwarf
compressed -gz=zlib
apart -Wl,-z,separate-code -Wl,-z,max-page-size=65536
joined -Wl,-z,noseparate-code
VARIANTS
if command -v clang >/dev/null; then
	compiler=clang check 'clang: it is built' env compiler=clang true
	compiler=clang build clang
	symbolized clang
	has_chain clang
else
	skip 'a program of clang' 'there is none'
fi

# What pprof makes of it.
symbolized pie
pprof -traces -lines -tagfocus=kind=mutex "$lines" >"$work/traces" 2>&1
is 'pprof shows the inlined functions with their lines' \
	"$(grep -A 3 ' pthread_mutex_lock' "$work/traces" | tail -n 3 | awk '{ print $1, $2, $3 }')" \
	"innermost $source:$(marked innermost "$source") (inline)
middle $source:$(marked middle "$source") (inline)
outer $source:$(marked outer "$source") "
pprof -list '^innermost$' "$lines" >"$work/list" 2>&1
check 'pprof -list shows the source' grep -qE "[1-9][0-9.]*ms +$(marked innermost "$source"):.*line: innermost" "$work/list"
is 'where a function begins' "$(awk '/^# line .* outer\t/ { print $5 }' "$text" | sort -u)" "$(grep -n ' outer(void' "$source" | cut -d : -f 1)"
is 'the mapping says so' "$(awk '$2 == "mapping" && /\/program$/ { id = $3 } $2 == "lines" && $3 == id { print $4, $5, $6 }' "$text")" '1 1 1'
is 'it says how much it found' "$(sed -n 's/.*: \([0-9]* of [0-9]*\) locations have lines.*/\1/p' <<<"$said")" \
	"$(awk '$2 == "line" { with[$3] = 1 } $2 == "location" && $5 { all++ } END { for (one in with) found++; print found, "of", all }' "$text")"

# Debug information that is elsewhere.
separate()
{
	mkdir -p "$work/$1"
	cp "$work/pie/program" "$work/$1/program"
	objcopy --only-keep-debug "$work/$1/program" "$2"
	strip --strip-all "$work/$1/program"
}
separate beside "$work/program.debug"
mv "$work/program.debug" "$work/beside/program.debug"
(cd "$work/beside" && objcopy --add-gnu-debuglink=program.debug program)
symbolized beside
has_chain beside without
mkdir -p "$work/below/.debug"
separate below "$work/below/.debug/program.debug"
(cd "$work/below/.debug" && objcopy --add-gnu-debuglink=program.debug ../program)
symbolized below
has_chain below without

separate stripped "$work/stripped.debug"
symbolized stripped
is 'stripped: functions keep what they have' "$(essence "$text")" "$(essence "$plain")"
is 'stripped: no line of the program is told' "$(grep -c "^# line .*$source" "$text")" 0
at_least 'stripped: it has functions without names' "$(grep -c 'pthread_mutex_lock;program+0x' "$text")" 1
cp "$work/stripped.debug" "$work/stripped/program.debug"
(cd "$work/stripped" && objcopy --add-gnu-debuglink=program.debug program)
add_lines stripped
is 'what is an address gets the name of its function' "$(chain outer)" "$expected"

build_id=$(readelf -n "$work/pie/program" | sed -n 's/.*Build ID: //p')
debug_dir=/usr/lib/debug/.build-id/${build_id:0:2}
if mkdir -p "$debug_dir" 2>/dev/null && [ -w "$debug_dir" ]; then
	trap 'rm -rf "$work" "$debug_dir/${build_id:2}.debug"; rmdir -p --ignore-fail-on-non-empty "$debug_dir"' EXIT
	cp "$work/stripped.debug" "$debug_dir/${build_id:2}.debug"
	separate by_id "$work/by_id.debug"
	symbolized by_id
	has_chain by_id
	rm "$work/by_id/program"
	add_lines by_id
	has_chain 'by_id, the program is gone'
	rm "$debug_dir/${build_id:2}.debug"
else
	skip 'debug files by build id' '/usr/lib/debug cannot be written'
fi

# A server of debug files, which here is a directory.
server=$work/server/buildid/$build_id
mkdir -p "$server"
cp "$work/stripped.debug" "$server/debuginfo"
separate served "$work/served.debug"
symbolized served
is 'debuginfod is not asked where nobody says so' "$(grep -c "^# line .*$source" "$text")" 0
export DEBUGINFOD_URLS=file://$work/server DEBUGINFOD_CACHE_PATH=$work/cache
add_lines served
is 'debuginfod: what is an address gets its name and lines' "$(chain outer)" "$expected"
rm -r "$work/served/program" "$work/cache"
add_lines served
is 'debuginfod: the program need not be there' "$(chain outer)" "$expected"
unset DEBUGINFOD_URLS DEBUGINFOD_CACHE_PATH

# Another object lies there now: the same source, other options.
build mismatch -fPIE -pie
profiled mismatch "$work/mismatch/program" </dev/null
build mismatch -O1
add_lines mismatch
is 'another build id: no line of it is told' "$(grep -c "^# line .*$source" "$text")" 0
is 'another build id: names stay' "$(essence "$text")" "$(essence "$plain")"
rm "$work/mismatch/program"
add_lines mismatch
is 'nothing there: names stay' "$(essence "$text")" "$(essence "$plain")"

# Code that came and went.
check 'dlclose: the program ends well' profiled dlclose "$live/dlclose" "$live/dlclose_plugin.so"
add_lines dlclose
plugin=$ROOT/tests/live/dlclose_plugin.c
is 'a plug-in that was closed has its lines' "$(chain plugin_wait)" "plugin_wait:$(grep -n 'int error = pthread_mutex_lock' "$plugin" | cut -d : -f 1) "

# C++: mangled where the compiler mangles, else with all that a name is in.
source=$ROOT/tests/live/symbolize_cxx.cc
symbolized cxx "$live/symbolize_cxx"
is 'C++: names and lines' "$(chain _ZN3app5visitEPv)" \
	"_ZN3app4gateI15pthread_mutex_tE4passEPS1_:$(marked pass "$source") app::(anonymous namespace)::enter:$(marked enter "$source") _ZN3app5visitEPv:$(marked visit "$source") "
pprof -traces -lines "$lines" >"$work/traces" 2>&1
at_least 'C++: pprof shows them as they were written' \
	"$(grep -c "app::gate::pass $source:.*(inline)\|app::(anonymous namespace)::enter $source:.*(inline)" "$work/traces")" 2
source=$ROOT/tests/live/symbolize.c
if command -v rustc >/dev/null; then
	check 'Rust: it is compiled' rustc --edition 2021 -O -g -o "$work/waits" "$ROOT/tests/live/programs/waits.rs"
	symbolized rust "$work/waits" 8
	file=$ROOT/tests/live/programs/waits.rs
	at_least 'Rust: lines of the program' "$(grep -c "^# line .*hold_the_mutex.*	$file\$" "$text")" 1
	pprof -traces -lines -tagfocus=kind=futex "$lines" >"$work/traces" 2>&1
	at_least 'Rust: functions of the library, inlined into it' "$(grep -c 'std::sync::.*(inline)' "$work/traces")" 1
else
	skip 'Rust' 'there is no rustc'
fi

# Once more finds nothing to do.
number=$(last_dump pie)
"$contend" symbolize -o - "$work/pie.$number.block.lines.pb.gz" >"$work/again.0.block.pb.gz" 2>"$work/err"
is 'what has lines keeps them' "$(grep -v '^# file' "$(decoded again 0 block)")" "$(grep -v '^# file' "$work/pie.$number.block.lines.txt")"
"$contend" symbolize -o - - <"$work/pie.$number.block.pb.gz" >"$work/piped.0.block.pb.gz" 2>"$work/err"
is 'from standard input to standard output' "$(grep -v '^# file' "$(decoded piped 0 block)")" "$(grep -v '^# file' "$work/pie.$number.block.lines.txt")"
"$contend" symbolize "$work/pie.$number.block.pb.gz" 2>"$work/err"
is 'a file that is there is not replaced' "$? $(grep -c 'there is such a file' "$work/err")" '1 1'
is 'it is for its owner alone' "$(stat -c %a "$work/pie.$number.block.lines.pb.gz")" 600
for arguments in '' 'a b' '-x a' '-'; do
	# shellcheck disable=SC2086 # a list
	"$contend" symbolize $arguments >"$work/out" 2>"$work/err" </dev/null
	is "symbolize $arguments: the command line is wrong" "$? $(cat "$work/out")" '2 '
done

# Damage: each time some bytes of the debug information are others.
mkdir -p "$work/damaged"
cp "$work/pie/program" "$work/damaged/program"
profiled damaged "$work/damaged/program" </dev/null
number=$(last_dump damaged)
RANDOM=4711
wrong=
for ((round = 1; round <= 20; round++)); do
	damage_debug_information "$work/pie/program" "$work/damaged/program"
	timeout -s KILL 60 "$contend" symbolize -o - "$work/damaged.$number.block.pb.gz" >"$work/d.$round.block.pb.gz" 2>"$work/err" ||
		wrong="$wrong $round: $(cat "$work/err");"
	"$BUILD/tests/decode" "$work/d.$round.block.pb.gz" >"$work/d.txt" && grep -q 'pthread_mutex_lock;.*main' "$work/d.txt" ||
		wrong="$wrong $round: stacks are gone;"
done
is 'damaged debug information does no harm' "$wrong" ''
finish
