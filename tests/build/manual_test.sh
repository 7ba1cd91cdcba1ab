#!/bin/bash
# SPDX-License-Identifier: MIT
# The manual says what the command says of itself: every command has a section, with every word of its --help; every variable of
# sampling/options.def is there. The pages are rendered without a warning. Completion in bash offers the same commands and options.
. "$ROOT/tests/tap.sh"
contend=$BUILD/contend
page=$BUILD/contend.1
library_page=$BUILD/libcontend.7

# rendered PAGE: as text, in lines that are never broken within a paragraph.
rendered()
{
	MANWIDTH=4000 MAN_KEEP_FORMATTING='' MANROFFOPT=-rHY=0 LC_ALL=C.UTF-8 man --warnings -l "$1" | col -bx
}

# The section of a command in a page that was rendered.
section()
{
	awk -v wanted="   contend $2" '$0 == wanted { inside = 1; next } /^ {0,3}[^ ]/ { inside = 0 } inside' "$1"
}

words()
{
	sed 's/^Usage: //; s/`\([^`]*\)`/\1/g' | tr -s ' \n' '\n\n' | grep .
}

commands()
{
	"$contend" --help | sed -n 's/^  contend \([a-z]*\) .*/\1/p'
}

options()
{
	grep -oE -- '(^|[[ ])--?[a-zA-Z][a-z-]*' | tr -d ' [' | sort -u
}

for file in "$page" "$library_page"; do
	rendered "$file" >"$TMPDIR/${file##*/}" 2>"$TMPDIR/warnings"
	none "${file##*/} is rendered without a warning" "$(cat "$TMPDIR/warnings")"
	none "no place of ${file##*/} was left open" "$(grep -n '@[A-Z]*@' "$file")"
	at_least "${file##*/} has text" "$(wc -l <"$TMPDIR/${file##*/}")" 40
done

is 'the help has the commands of the list' "$(commands)" \
	"$(sed -n 's/^COMMAND("\([a-z]*\)".*/\1/p' "$ROOT/report/commands.def")"
is 'so has README.md, with what they do' "$(grep '^| `contend [a-z]*` |' "$ROOT/README.md")" \
	"$(sed -n '/^COMMAND/N; s/^COMMAND("\([a-z]*\)", .*,\n\t"\(.*\)")$/| `contend \1` | \2 |/p' "$ROOT/report/commands.def")"
for command in $(commands); do
	"$contend" "$command" --help >"$TMPDIR/help"
	section "$TMPDIR/contend.1" "$command" >"$TMPDIR/section"
	none "contend $command: all its help is in its section" "$(diff <(words <"$TMPDIR/help") <(words <"$TMPDIR/section"))"
	none "contend $command: so is every option" "$(comm -23 <(options <"$TMPDIR/help") <(options <"$TMPDIR/section"))"
done
at_least 'there are options' "$(for command in $(commands); do "$contend" "$command" --help; done | options | wc -l)" 10

while IFS='|' read -r variable default sentence; do
	at_least "libcontend.7 has $variable" "$(grep -cE "^ *$variable=$default( |$)" "$TMPDIR/libcontend.7")" 1
	at_least "and what it means" "$(grep -cF "$sentence" "$TMPDIR/libcontend.7")" 1
done < <(sh "$ROOT/sampling/options.sh" | sed -n 's/^| `\([A-Z_]*\)` | `\(.*\)` | \(.*\) |$/\1|\2|\3/p')
is 'the functions of contend.h are there' "$(grep -o 'contend_[a-z_]*()' "$TMPDIR/libcontend.7" | tr -d '()' | sort -u)" \
	"$(sed -n '/^static inline int contend_is_active/,$ s/^static inline [a-z0-9_]* \(contend_[a-z_]*\)(.*/\1/p' "$ROOT/contend.h" | sort -u)"
for status in 0 1 2; do
	at_least "exit status $status is explained" "$(sed -n '/^EXIT STATUS/,/^ENVIRONMENT/p' "$TMPDIR/contend.1" | grep -c "^ *$status ")" 1
done

# A command that is added is everywhere: in the page with all that could hurt a page.
cat >"$TMPDIR/contend" <<'END'
#!/bin/sh
[ "$1" = invent ] || exec printf 'Usage:\n  contend invent [--new-thing] PID\n      makes new things\n'
cat <<'HELP'
Usage: contend invent [--new-thing] PID

.hidden files, a \path and it's "all" ~^ words.
'Quoted' first, as no --such-option shows.

  --new-thing FILE  new
                    .and more

  contend invent --new-thing \n 4711
  .invented
HELP
END
chmod +x "$TMPDIR/contend"
sh "$ROOT/report/install/manual.sh" "$TMPDIR/contend" 9.9 "$ROOT/report/install/contend.1.in" >"$TMPDIR/invented.1"
rendered "$TMPDIR/invented.1" >"$TMPDIR/invented" 2>&1
none 'a command that is added has its words in the page' \
	"$(diff <("$TMPDIR/contend" invent | words) <(section "$TMPDIR/invented" invent | words))"
is 'and its line in the synopsis' "$(grep -c '^ *contend invent \[--new-thing\] PID$' "$TMPDIR/invented")" 2
at_least 'and what it does' "$(grep -A 1 '^ *contend invent$' "$TMPDIR/invented" | grep -c '^ *makes new things$')" 1

# completed WORD...: what bash would offer for the last of these words.
completed()
{
	(
		. "$ROOT/report/install/completion.bash"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		"$(complete -p contend | sed 's/.* -F \([^ ]*\) .*/\1/')" "$1" "${@: -1}" "${@: -2:1}"
		printf '%s\n' "${COMPREPLY[@]}"
	)
}

is 'completion offers the commands' "$(completed "$contend" '' | grep -v ^- | sort)" "$(commands | sort)"
is 'and what begins so' "$(completed "$contend" du)" dump
# Of all that looks like an option in the help of a command, what it takes.
taken()
{
	local option

	for option in --help $("$contend" "$1" --help | options); do
		timeout -s KILL 10 "$contend" "$1" "$option" no/such/thing --help </dev/null 2>&1 |
			grep -qE 'unrecognized option|invalid option' || printf '%s\n' "$option"
	done | sort -u
}
for command in $(commands); do
	is "the options of contend $command" "$(completed "$contend" "$command" - | sort -u)" "$(taken "$command")"
done
is 'none for the program that is run' "$(completed "$contend" run --fraction 5 -- ls -)" ''
mkdir "$TMPDIR/files" && touch "$TMPDIR/files/one.pb.gz"
is 'files to be shown' "$(completed "$contend" show "$TMPDIR/files/o")" "$TMPDIR/files/one.pb.gz"
is 'files after an option that wants one' "$(completed "$contend" dump --region "$TMPDIR/files/o")" "$TMPDIR/files/one.pb.gz"
at_least 'programs to be run' "$(completed "$contend" run tru | grep -cx true)" 1
is 'a command that is added' "$(completed "$TMPDIR/contend" i)" invent
is 'and its option' "$(completed "$TMPDIR/contend" invent --n)" --new-thing
mkfifo "$TMPDIR/input"
LD_PRELOAD=$LIBCONTEND CONTEND_FRACTION=1 python3 -c 'import sys, threading
thread = threading.Thread(target=sys.stdin.read); thread.start(); print(flush=True); thread.join()' \
	<"$TMPDIR/input" >"$TMPDIR/output" & profiled=$!
exec 9>"$TMPDIR/input"
for ((tries = 0; tries < 1000; tries++)); do
	[ -s "$TMPDIR/output" ] && break
	sleep 0.01
done
is 'profiled processes' "$(completed "$contend" dump '')" $profiled
exec 9>&-
wait $profiled
finish
