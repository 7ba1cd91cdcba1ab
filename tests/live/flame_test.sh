#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 300
# Flame graphs in a browser: clicked, searched and switched, they say what the profiles say; and what a profile calls its functions
# is shown and never obeyed.
. "${ROOT:-$PWD}/tests/live/common.sh"
browser=$ROOT/tests/live/browser

# in_browser NAME FILE SCENARIO...: what flame.py says goes to $work/NAME.said; nothing went wrong in the page.
in_browser()
{
	local name=$1 file=$2

	shift 2
	said_in=$work/$name.said
	timeout -s KILL 250 python3 -B "$browser/flame.py" "$work" "$file" "$@" >"$said_in" 2>"$work/$name.err"
	is "$name: the browser comes to the end" "$? $(cat "$work/$name.err")" '0 '
	is "$name: no exception, dialog or request" "$(said faults)" '[]'
}

said()
{
	sed -n "s/^$1: //p" "$said_in"
}

CONTEND_HOLD_RATE=1 profiled locks "$live/diff" 5 10 3 30
mutex=$work/locks.$(last_dump locks).mutex.pb.gz
block=$work/locks.$(last_dump locks).block.pb.gz
hold=$work/locks.$(last_dump locks).hold.pb.gz
mutex_text=$(decoded locks last mutex)
block_text=$(decoded locks last block)
first_ns=$(sum "$block_text" delay wait_for_first)
second_ns=$(sum "$block_text" delay wait_for_second)

"$contend" show --html "$mutex" "$block" >"$work/locks.html"
is 'a page is made' $? 0
is 'that needs nothing from elsewhere' "$(grep -cE '(src|href)=|@import|url\(' "$work/locks.html")" 0
in_browser page "$work/locks.html" look find switch type_keys
is 'both are there' "$(said panels)" '["mutex", "block"]'
is 'side by side' "$(said 'side by side')" true
is 'the total of the mutex profile' "$(said 'mutex total') $(said 'mutex contentions')" \
	"$(sum "$mutex_text" delay) $(sum "$mutex_text" count)"
is 'the total of the block profile' "$(said 'block total') $(said 'block contentions')" \
	"$(sum "$block_text" delay) $(sum "$block_text" count)"
is 'a click zooms: the value of the frame' "$(said zoomed)" "$first_ns"
is 'the frame is as wide as all' "$(said 'zoomed frame is wide')" true
is 'what is beside it is gone' "$(said 'beside the zoomed')" true
is 'the other panel is as it was' "$(said 'other panel as before')" true
is 'a click on a caller zooms out to it' "$(said 'zoomed out to main')" "$(sum "$block_text" delay '(^|;)main(;|$)')"
is 'Esc: all again' "$(said 'all again')" "$(sum "$block_text" delay)"
is 'the pointer shows details' "$(said details) $(said 'details values')" 'hold_first true'
is 'a search adds up what it finds' "$(said found)" "$second_ns"
is 'which is nothing in the other panel' "$(said 'found in mutex')" 0
is 'and says so' "$(said said)" matched
is 'what is found below what is found counts once' "$(said 'found once each')" "$(sum "$block_text" delay '(^|;)main(;|$)')"
is 'half an expression finds nothing' "$(said 'half an expression')" 0
is 'case does not matter' "$(said 'found in any case')" "$(sum "$mutex_text" delay hold_first)"
is 'Esc ends the search' "$(said 'nothing is looked for')" 0
is 'idle waits can be left out' "$(said 'without idle')" "$(sum "$block_text" delay '' 'kind=(mutex|join|read)')"
is 'and taken in again' "$(said 'with idle')" "$(sum "$block_text" delay)"
check 'there are some' test "$(said 'without idle')" -lt "$(said 'with idle')"
is 'grouped by kind: those that are wide enough' "$(said kinds | grep -oE '"(mutex|sleep)"' | tr '\n' ' ')" '"mutex" "sleep" '
is 'and what one of them has' "$(said 'kind mutex')" "$(sum "$block_text" delay '' '^kind=mutex')"
is 'contentions as width' "$(said 'by contentions')" "$(sum "$mutex_text" count) ×"
is 'innermost first' "$(said 'innermost first')" '["pthread_mutex_unlock"]'
is 'keys move' "$(said 'down twice') $(said 'up once')" '3 2'
is 'and zoom' "$(said 'zoomed by key') $(said 'still focused')" 'true true'
is 'light and dark' "$(said 'theme changes')" true

"$contend" show --html --no-idle --by kind --weight acquisitions "$block" "$mutex" "$hold" >"$work/options.html"
in_browser options "$work/options.html" numbers
is 'widths are called what these profiles call them' "$(said widths)" '["delay, held", "contentions, acquisitions"]'
is '--no-idle: the idle ones are not in the page' "$(said 'block total')" "$(sum "$block_text" delay '' 'kind=(mutex|join|read)')"
is '--by and --weight: what is chosen first' "$(grep -o '"weight": "contentions", "group": "kind"' "$work/options.html" | wc -l)" 1

is 'without --lines: no files of sources' "$(grep -c 'diff\.c"' "$work/locks.html")" 0
"$contend" show --html --lines "$block" >"$work/lines.html"
at_least '--lines: they are there' "$(grep -c '\["wait_for_first", "[^"]*diff\.c", "[^"]*/diff"\]' "$work/lines.html")" 1

"$contend" show --svg "$mutex" "$block" >"$work/locks.svg"
is 'a picture is made' $? 0
check 'it is well-formed' xmllint --noout "$work/locks.svg"
in_browser picture "$work/locks.svg" picture
is 'picture: the totals' "$(said 'mutex total') $(said 'block total')" "$(sum "$mutex_text" delay) $(sum "$block_text" delay)"
is 'picture: a click zooms' "$(said 'zoomed frame is wide') $(said 'beside the zoomed')" 'true none'
is 'picture: Esc' "$(said 'all again')" inline
is 'picture: a search adds up what it finds' "$(said found)" $((first_ns + second_ns))

# Names that would like to be markup or scripts, in all places that hold text.
evil='"><script>injected=1</script><img src=x onerror=injected=2>'
end='</script></title></style>]]><script>injected=3</script><!--'
PYTHONPATH=$browser python3 -B - "$work/evil.pb.gz" "$evil" "$end" <<'END'
import sys
from profile import write
_, path, evil, end = sys.argv
odd = "a\u2028b\ufffe\x01\x7f\udcff{{data}}&amp;'`${injected=4}"
write(path, [(1, 1000, {"kind": evil, "fd": end}, [evil, end, odd, "__proto__", "constructor"])], evil, end, evil)
END
cp "$work/evil.pb.gz" "$work/<img src=x onerror=injected=5>.pb.gz"
for form in html svg; do
	"$contend" show --$form --by kind "$work/<img src=x onerror=injected=5>.pb.gz" >"$work/evil.$form"
	in_browser "hostile $form" "$work/evil.$form" hostile
	is "hostile $form: nothing is obeyed" "$(said injected) $(said 'injected after a search')" 'undefined undefined'
	is "hostile $form: nothing is made" "$(said 'foreign elements')" 0
	check "hostile $form: it is shown as it is" python3 -c '
import json, sys
names = json.loads(sys.argv[1])
assert {sys.argv[2], sys.argv[3], "__proto__", "constructor"} <= set(names), names' "$(said names)" "$evil" "$end"
done
check 'hostile svg: well-formed' xmllint --noout "$work/evil.svg"
check 'hostile json' python3 -m json.tool <("$contend" show --json "$work/evil.pb.gz")

# A hundred thousand frames.
PYTHONPATH=$browser python3 -B - "$work/crowd.pb.gz" <<'END'
import random
import sys
from profile import write
random.seed(1)
stacks = [(1, 1 + i % 7, {"kind": "mutex"}, [f"function_{random.randrange(400)}" for _ in range(20)] + ["main"]) for i in range(5000)]
write(sys.argv[1], stacks)
END
"$contend" show --html "$work/crowd.pb.gz" >"$work/crowd.html"
in_browser crowd "$work/crowd.html" crowd
is 'crowd: the total' "$(said total)" "$(sum <("$BUILD/tests/decode" "$work/crowd.pb.gz") delay)"
is 'crowd: nothing is drawn that cannot be seen' "$(said 'narrow ones drawn')" 0
check 'crowd: what can is' test "$(said 'frames drawn')" -gt 100
echo "# shown: 100,000 frames: $(said 'frames drawn') drawn, $(said 'ms to zoom and back') ms to zoom and back"
finish
