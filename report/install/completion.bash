# SPDX-License-Identifier: MIT
# Completion of `contend` in bash: commands and options as the command itself tells them in its --help.

# What an option wants, by the help of its command: FILE for --region, nothing if nothing.
_contend_wanted()
{
	sed -n "s/^  \(-., \)\{0,1\}$1\(, --[a-z-]*\)\{0,1\} \([^ ]\{1,\}\).*/\3/p" <<<"$2" | head -n 1
}

# The options in the "Usage:" lines, and before the words of the list.
_contend_options()
{
	awk '/^Usage: / || /^       contend / { print } /^  -/ { sub(/^ +/, ""); sub(/  .*/, ""); print }' <<<"$1"
}

# Are the words before the one to be completed enough for a program, which takes all that follows?
_contend_has_program()
{
	local at

	for ((at = 2; at < COMP_CWORD; at++)); do
		case ${COMP_WORDS[at]} in
		--) ((at + 1 < COMP_CWORD)) && return ;;
		-*) [ -z "$(_contend_wanted "${COMP_WORDS[at]}" "$1")" ] || at=$((at + 1)) ;;
		*) return ;;
		esac
	done
	return 1
}

# What words of that kind there are, as the help calls it: PID, FILE...
_contend_words()
{
	local contend=$1 kind=$2 word=$3

	case $kind in
	*PROGRAM*) compgen -c -- "$word" ;;&
	*PID*) compgen -W "$("$contend" list 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$word" ;;&
	*PROGRAM* | *ARGUMENT* | *FILE* | *PATTERN* | *PATH* | *DIR* | *OUT* | *OLD* | *NEW*) compgen -f -- "$word" ;;
	esac
}

_contend_complete()
{
	local contend=$1 command=$2 word=$3 help operands kind=

	if [ "$COMP_CWORD" = 1 ]; then
		compgen -W "--help --version $("$contend" --help | sed -n 's/^  contend \([a-z]*\).*/\1/p')" -- "$word"
		return
	fi
	help=$("$contend" "$command" --help 2>/dev/null) || return
	operands=$("$contend" --help | sed -n "s/^  contend $command //p")
	if [[ $operands == *PROGRAM* ]] && _contend_has_program "$help"; then
		compgen -f -- "$word"
		return
	fi
	operands=$(sed 's/-[a-z-]* [A-Z]*//g' <<<"$operands") # what options want is no operand
	[[ ${COMP_WORDS[COMP_CWORD - 1]} != -* ]] || kind=$(_contend_wanted "${COMP_WORDS[COMP_CWORD - 1]}" "$help")
	if [ -z "$kind" ] && [[ $word == -* ]]; then
		compgen -W "--help $(_contend_options "$help" | grep -oE -- '(^|[[ ])--?[a-zA-Z][a-z-]*' | tr -d ' [')" -- "$word"
	else
		_contend_words "$contend" "${kind:-$operands}" "$word"
	fi
}

_contend()
{
	mapfile -t COMPREPLY < <(_contend_complete "$1" "${COMP_WORDS[1]}" "${COMP_WORDS[COMP_CWORD]}" | sort -u)
}
complete -o filenames -F _contend contend
