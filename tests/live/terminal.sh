# SPDX-License-Identifier: MIT
# Sourced after common.sh, in $work, by tests of what a person sees on a terminal.
#
#   on_terminal WIDTH HEIGHT COMMAND   starts a command on a terminal of its own; in the end it shows "status N", and "same settings"
#                                      if the terminal is set as before
#   press KEY...                       as tmux calls them
#   screen                             prints what it shows
#   shows NAME PATTERN                 waits until a line is like that; hides NAME PATTERN: until none is
#   end_terminal                       waits for the end of the command, whose status is in the file "status", and closes the terminal
export TMUX_TMPDIR=$work LC_ALL=C.UTF-8
trap 'tmux -f /dev/null kill-server 2>/dev/null; rm -rf "$work"' EXIT

on_terminal()
{
	rm -f status settings
	tmux -f /dev/null new-session -d -x "$1" -y "$2" \
		"stty -a >settings; $3; echo \"status \$?\" | tee status; stty -a | cmp - settings && echo same settings; exec cat" 8>&- 9>&-
	tmux set-option -g remain-on-exit on
}

screen()
{
	tmux capture-pane -p >screen.txt
	cat screen.txt
}

press()
{
	tmux send-keys "$@"
}

screen_has()
{
	screen | grep -Eq -- "$1"
}

screen_lacks()
{
	! screen_has "$1"
}

# COMMAND...: waits until it holds, 20 s at most: to ask for the screen takes its time.
await_screen()
{
	local end=$((SECONDS + 20))

	until "$@"; do
		[ $SECONDS -lt $end ] || return
		sleep 0.05
	done
}

# NAME PATTERN: waits until the screen shows it.
shows()
{
	if await_screen screen_has "$2"; then result ok "$1"; else result 'not ok' "$1" "no line like '$2' in
$(screen)"; fi
}

hides()
{
	if await_screen screen_lacks "$2"; then result ok "$1"; else result 'not ok' "$1" "a line like '$2' in
$(screen)"; fi
}

is_gone()
{
	! kill -0 "$1" 2>/dev/null
}

# A server that is about to end would take the next command's session with it.
end_terminal()
{
	local server

	await_screen test -e status
	server=$(tmux display-message -p '#{pid}')
	tmux kill-server
	await_screen is_gone "$server"
}
