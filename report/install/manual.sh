#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints a manual page: sh manual.sh CONTEND VERSION TEMPLATE. Of the template, a page in the language of man(7), these lines
# are replaced by what the command CONTEND says of itself:
#
#   @SYNOPSIS@   a line for each command     @SENTENCES@   each command and what it does
#   @COMMANDS@   a section for each command: its --help
#   @VARIABLES@  the list of variables from `contend run --help`
#
# In a --help: "Usage:" lines; paragraphs; lines "  WORDS  TEXT", or beginning with two spaces and a dash, as list items, their
# text going on in lines that are indented further; any other line that is indented is an example.
set -eu
contend=$1 version=$2 template=$3

to_man='
function escape(text)
{
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	gsub(/\047/, "\\(aq", text)
	gsub(/\^/, "\\(ha", text)
	gsub(/~/, "\\(ti", text)
	return text ~ /^\./ ? "\\&" text : text
}

function literal(text)
{
	text = escape(text)
	gsub(/`/, "\\(ga", text)
	return text
}

# `Words` between backquotes become bold.
function prose(text,    parts, count, i, made)
{
	count = split(escape(text), parts, "`")
	for (i = 1; i <= count; i++)
		made = made (i % 2 == 0 && i < count ? "\\fB" parts[i] "\\fR" : i % 2 == 0 ? "\\(ga" parts[i] : parts[i])
	return made
}

# What is typed as it stands is bold, what stands for something else, in capitals, italic.
function typed(text,    words, count, i, made, face)
{
	count = split(text, words, " ")
	for (i = 1; i <= count; i++) {
		face = words[i] ~ /^[^a-z-]*[A-Z]/ && words[i] !~ /^CONTEND_/ ? "I" : words[i] ~ /[a-z-]/ ? "B" : "R"
		made = made (i > 1 ? " " : "") "\\f" face literal(words[i]) "\\fR"
	}
	return made
}

function state(wanted)
{
	if (now == "example" && wanted != "example")
		print ".EE\n.RE"
	if (wanted == "example" && now != "example")
		print ".PP\n.RS 4\n.EX"
	if (wanted == "text" && now != "text")
		print ".PP"
	now = wanted
}

function item(tag, text)
{
	state("item")
	print ".TP\n" typed(tag)
	if (text != "")
		print prose(text)
	if (tag ~ /^CONTEND_/)
		print ".br"
}

/^Usage: / { print ".PP\n.nf\n" typed(substr($0, 8)); now = "usage"; next }
now == "usage" && /^ / { print typed($0); next }
now == "usage" { print ".fi" }
/^ *$/ { if (now == "example") print ""; else state("none"); next }
/^  [^ ]/ && (/^  -/ || /^  [^ ].*[^ ]  +[^ ]/) {
	text = substr($0, 3)
	at = match(text, /  +/)
	item(at ? substr(text, 1, at - 1) : text, at ? substr(text, at + RLENGTH) : "")
	next
}
/^    / && now == "item" { sub(/^ +/, ""); print prose($0); next }
/^ / { state("example"); print literal(substr($0, 3)); next }
{ state("text"); print prose($0) }
END { if (now == "usage") print ".fi"; state("none") }'

# Names of the commands, with arguments, and sentences: "NAME ARGUMENTS" and "SENTENCE", line by line.
usage()
{
	"$contend" --help | sed -n 's/^  contend //p; s/^      \([^ ]\)/\1/p'
}

while IFS= read -r line; do
	case $line in
	@SYNOPSIS@) usage | sed -n 'p;n' | sed 's/^/Usage: contend /' | awk "$to_man" | sed '/^\.PP$/d; /^\.nf$/d; s/$/\n.br/' ;;
	@SENTENCES@) usage | sed -n 's/ .*//; s/^/  contend /; N; s/\n/  /; p' | awk "$to_man" ;;
	@COMMANDS@)
		for command in $(usage | sed -n 's/ .*//p;n'); do
			printf '.SS contend %s\n' "$command"
			"$contend" "$command" --help | awk "$to_man"
		done ;;
	@VARIABLES@) "$contend" run --help | sed -n '/^  CONTEND_/,$p' | awk "$to_man" ;;
	*) printf '%s\n' "$line" | sed "s/@VERSION@/$version/" ;;
	esac
done <"$template"
