#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# `contend push`: every wait arrives once, whatever the server does meanwhile; and what does not arrive is said.
. "${ROOT:-$PWD}/tests/live/common.sh"
. "${ROOT:-$PWD}/tests/live/serve.sh"
cd "$work" || exit 1

# NAME [PORT]: a recording server; $port, $recorder; what it records lies in $work/NAME.
start_recorder()
{
	mkdir -p "$1"
	: >"$1.port"
	/usr/bin/python3 "$ROOT/tests/live/push_server.py" "$work/$1" "${2:-0}" >"$1.port" 2>"$1.err" 9>&- &
	recorder=$!
	await test -s "$1.port"
	port=$(cat "$1.port")
}

stop_recorder()
{
	kill "$recorder"
	wait "$recorder" 2>/dev/null
}

# What process $before does counts from its first interval on. That always has something to tell: the process waits for its input.
start_push()
{
	"$contend" push "$@" 2>push.err 8>&- 9>&- &
	pusher=$!
}

# It has begun to look at process $before: it opens the region.
looks()
{
	find "/proc/$pusher/fd" -lname "*/contend-*/$before.*" 2>/dev/null | grep -q .
}

# SIGNAL...: TERM, by default. $? is its exit status, $said the last line of what it said.
stop_push()
{
	local signal

	for signal in "${@:-TERM}"; do
		kill -"$signal" "$pusher"
	done
	wait "$pusher"
	set -- $?
	said=$(tail -n 1 push.err)
	return "$1"
}

# Each recorded body becomes the profile and the configuration that it has, by what its head says of it: "BASE.profile", "BASE.json".
take_apart()
{
	/usr/bin/python3 - "$@" <<'END'
import email, sys
for base in sys.argv[1:]:
    head = open(base + ".head").read().split("\n", 1)[1]
    kind = [line for line in head.split("\n") if line.startswith("Content-Type: ")][0]
    message = email.message_from_bytes(kind.encode() + b"\r\n\r\n" + open(base + ".body", "rb").read())
    parts = [(part.get_param("name", header="content-disposition"), part.get_filename(), part.get_content_type(), part.get_payload(decode=True)) for part in message.get_payload()]
    assert [part[:3] for part in parts] == [("profile", "profile.pprof", "application/octet-stream"), ("sample_type_config", "sample_type_config.json", "application/octet-stream")], parts
    open(base + ".profile", "wb").write(parts[0][3])
    open(base + ".json", "wb").write(parts[1][3])
END
}

bases()
{
	find "$1" -name "${2:-200}-*.head" | sed 's/\.head$//' | sort -V
}

# DIRECTORY PROFILE STACK [FIELD]: how many (or how much delay) there are in all profiles of that kind that the server took.
arrived()
{
	local base new=()

	for base in $(bases "$1"); do
		[ -e "$base.txt" ] || new+=("$base")
	done
	[ ${#new[@]} = 0 ] || take_apart "${new[@]}" || return
	for base in "${new[@]}"; do
		"$BUILD/tests/decode" "$base.profile" >"$base.txt" || return
	done
	grep -l "\"$2_count\"" "$1"/200-*.json | sed 's/json$/txt/' | xargs -r cat | sum /dev/stdin "${4:-count}" "$3"
}

has_arrived()
{
	[ "$(arrived "$1" block ';wait_for_it;')" = "$2" ]
}

has_answered()
{
	[ "$(bases "$1" "$2" | wc -l)" -ge "${3:-1}" ]
}

"$contend" push --help >help.out
is 'help' "$? $(grep -c -- --pyroscope help.out)" '0 1'
wrong()
{
	timeout 10 "$contend" push "$@" >out 2>err
	is "wrong: $*" "$? $(tail -n 1 err)" "2 Try 'contend push --help'."
}
url='--pyroscope http://127.0.0.1:1'
wrong
wrong --pyroscope 127.0.0.1:4040
wrong --pyroscope ftp://host
wrong --pyroscope http://user:password@host
# shellcheck disable=SC2086 # words
for words in '--interval 0s' '--interval x' '--label a' '--label a=b,c' '--buffer 1' 'nobody' '--what'; do
	wrong $url $words
done
echo user:password >secret && chmod 644 secret
timeout 10 "$contend" push $url --auth-file secret 2>err
is 'a secret that others may read' "$? $(cat err)" '1 contend: secret: others may read or write it: chmod 600 it'
chmod 600 secret
: >empty && chmod 600 empty
timeout 10 "$contend" push $url --auth-file empty 2>err
is 'no secret' "$? $(cat err)" '1 contend: empty: no USER:PASSWORD and no token could be read'

# A process that was there before, and one that comes.
start_profiled before "$live/on_demand"
before=$pid
check 'it waits before' demand before 4 4
start_recorder first
start_push --pyroscope "http://127.0.0.1:$port/" --interval 1s --label service=a --label zone=b1 --tenant team --auth-file secret
check 'an interval in which a wait went on is sent' await has_answered first 200
is 'the wait began before' "$(arrived first block ';await_line;')" 0
near 'but time has passed' "$(arrived first block ';await_line;' delay)" \
	"$(cat first/*.txt | awk '/^# duration/ { sum += $3 } END { printf "%.0f", sum }')" 5
exec 8>&9
start_profiled during "$live/on_demand"
check 'another waits from its start on' demand during 10 10
check 'these arrive, and no others' await has_arrived first 10
at_least 'with files and lines' "$(cat first/*.txt | grep -c '^# line .* wait_for_it	.*plain_waits\.h$')" 1
check 'it waits again' demand during 7 17
check 'these, too' await has_arrived first 17
check 'and again, just before it ends' demand during 5 22
finish_program
check 'these, too' await has_arrived first 22
exec 9>&8 8>&-
check 'the one that was there before waits' demand before 6 10
check 'only what it does since arrives' await has_arrived first 28
stop_push
is 'it ends' "$? $(sed 's/[0-9]* profiles/N profiles/' <<<"$said")" '0 contend: push: N profiles sent, 0 refused, 0 dropped'
is 'all is counted' "$(sed 's/.*push: \([0-9]*\) .*/\1/' <<<"$said")" "$(bases first | wc -l)"
is 'nothing has arrived twice' "$(arrived first block ';wait_for_it;')" 28
is 'nor has what held them up' "$(arrived first mutex '^pthread_mutex_unlock;hold_it;')" 28

# The request, exactly.
base=$(for base in $(bases first); do grep -q on_demand "$base.head" && grep -q block_count "$base.json" && echo "$base"; done | head -n 1)
is 'the address' "$(head -n 1 "$base.head" | sed -E 's/[0-9]{19}/T/g')" \
	'POST /ingest?aggregationType=sum&from=T&name=on_demand%7Bservice%3Da%2Czone%3Db1%7D&sampleRate=100&spyName=contend&units=lock_nanoseconds&until=T'
is 'what it says of itself' "$(sed 1d "$base.head" | sed -E 's/^(Content-Length|Host): .*/\1/; s/boundary=[0-9a-f]{60}$/boundary=B/')" 'Accept: */*
Authorization: Basic dXNlcjpwYXNzd29yZA==
Content-Length
Content-Type: multipart/form-data; boundary=B
Host
User-Agent: contend
X-Scope-OrgID: team'
boundary=$(sed -n 's/.*boundary=//p' "$base.head")
{
	printf -- '--%s\r\nContent-Disposition: form-data; name="profile"; filename="profile.pprof"\r\n' "$boundary"
	printf 'Content-Type: application/octet-stream\r\n\r\n'
	cat "$base.profile"
	printf '\r\n--%s\r\nContent-Disposition: form-data; name="sample_type_config"; filename="sample_type_config.json"\r\n' "$boundary"
	printf 'Content-Type: application/octet-stream\r\n\r\n'
	printf '{"contentions":{"units":"lock_samples","display-name":"block_count"},'
	printf '"delay":{"units":"lock_nanoseconds","display-name":"block_duration"}}\r\n--%s--\r\n' "$boundary"
} >expected
check 'every byte of the body' cmp expected "$base.body"
from=$(sed -nE '1s/.*from=([0-9]+).*/\1/p' "$base.head")
until=$(sed -nE '1s/.*until=([0-9]+).*/\1/p' "$base.head")
is 'the profile is of that time' "$(sed -n 's/^# time //p; s/^# duration //p' "$base.txt" | xargs)" "$until $((until - from))"
check 'pprof reads it' pprof -raw "$base.profile"
stop_recorder

# A server that does not want to, for a while.
start_recorder second
printf '503\nRetry-After: 1\n' >second/status
echo token >token && chmod 600 token
start_push --pyroscope "http://127.0.0.1:$port" --interval 1s --name 'my app' --auth-file token "$before"
check 'a server is asked' await has_answered second 503
check 'it waits once more' demand before 3 13
check 'and is busy' await has_answered second 503 2
rm second/status
check 'later it gets them' await has_arrived second 3
stop_push
is 'it has said so' "$? $(head -n 2 push.err)" "0 contend: push: http://127.0.0.1:$port: status 503 ; will go on trying
contend: push: http://127.0.0.1:$port: it is taking profiles again"
first=$(bases second 503 | head -n 1)
check 'the same bytes again' cmp "$first.body" "$(bases second 503 | sed -n 2p).body"
check 'by another name' grep -q 'name=my_app%7B%7D' "$first.head"
is 'with a token' "$(sed -n 's/^Authorization: //p' "$first.head")" 'Bearer token'
printf '422\n' >second/status
start_push --pyroscope "http://127.0.0.1:$port" --interval 1s
check 'a server refuses' await has_answered second 422
check 'it waits for that' demand before 2 15
check 'which is asked again' await has_answered second 422 3
stop_push
is 'what it refuses is not sent again' "$? $(sha256sum second/422-*.body | cut -c 1-64 | sort | uniq -d)" '1 '
refused=$(bases second 422 | wc -l)
is 'and told' "$(grep -c 'refused a profile: status 422' push.err) $said" \
	"$refused contend: push: 0 profiles sent, $refused refused, 0 dropped"
printf '503\nRetry-After: 60\n' >second/status
start_push --pyroscope "http://127.0.0.1:$port" --interval 1s "$before"
check 'a server asks to be left alone' await says push.err 'will go on trying'
busy=$(bases second 503 | wc -l)
began=$SECONDS
stop_push
is 'at the end it is not, nor for long' \
	"$? $(($(bases second 503 | wc -l) - busy >= 3)) $((SECONDS - began < 40))" '1 1 1'
rm second/status

# All that is there at the end goes out at the end.
start_push --pyroscope "http://127.0.0.1:$port" --interval 1000s
check 'it looks at what is there' await looks
exec 8>&9
CONTEND_HOLD_RATE=1 CONTEND_PAIRS=1 start_profiled late "$live/on_demand"
check 'it waits within a long interval' demand late 9 9
stop_push
is 'what is left is sent at the end' "$? $(arrived second block ';wait_for_it;')" "0 12"
is 'and each profile that it keeps beyond those of Go' \
	"$(arrived second hold '^pthread_mutex_lock;hold_it;') $(arrived second contention '^pthread_mutex_unlock;hold_it;.*;pthread_mutex_lock;wait_for_it;')" '9 9'
finish_program
exec 9>&8 8>&-
stop_recorder

# Nobody there.
start_push --pyroscope "http://127.0.0.1:$port" --interval 1s
check 'nobody is there, which is said' await says push.err 'will go on trying'
check 'it waits for nobody' demand before 1 16
stop_push TERM INT # the second one ends the attempts to send what is left
is 'once, and counted' "$? $(grep -c trying push.err) $(sed 's/[0-9]* dropped/N dropped/' <<<"$said")" \
	'1 1 contend: push: 0 profiles sent, 0 refused, N dropped'
at_least 'both kinds of profiles' "$(sed 's/.* \([0-9]*\) dropped/\1/' <<<"$said")" 2

# https, with certificates that are looked at.
mkdir tls
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
	-keyout tls/key.pem -out tls/ca.pem 2>openssl.err
cat tls/key.pem tls/ca.pem >tls/cert.pem
start_recorder tls
start_push --pyroscope "https://localhost:$port" --interval 1s
check 'a stranger is not trusted' await says push.err 'certificate'
check 'it waits for one' demand before 1 17
stop_push TERM INT
is 'nor told anything' "$? $(bases tls | wc -l)" '1 0'
start_push --pyroscope "https://localhost:$port" --interval 1s --ca-file tls/ca.pem
check 'one that is known is trusted' await has_answered tls 200
check 'it waits for that one' demand before 8 25
check 'who gets it' await has_arrived tls 8
stop_push
is 'and all of it' $? 0
stop_recorder

pid=$before
finish_program
is 'the program has not noticed' $? 0
finish
