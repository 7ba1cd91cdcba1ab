#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# nginx with two workers and a pool of threads for reading files, as root starts it: the workers are another user.
. "${ROOT:-$PWD}/tests/live/programs/common.sh"

needs nginx wrk
mkdir "$work/site" && cd "$work/site" || exit 1
seq 100 >index.html
seq 200000 >large.txt
head -c 300000 /dev/zero >zeros.bin
touch -d '2024-01-01 UTC' ./*
tag=$(printf '%x-%x' "$(stat -c %Y index.html)" "$(stat -c %s index.html)")

write_configuration()
{
	cat >"$here/nginx.conf" <<-END
		daemon off;
		worker_processes 2;
		pid $here/pid;
		error_log $here/error.log notice;
		events { }
		http {
			access_log $here/access.log;
			types { text/html html; text/plain txt; }
			default_type application/octet-stream;
			gzip on;
			gzip_types text/plain;
			client_body_temp_path $here/body;
			proxy_temp_path $here/proxy;
			fastcgi_temp_path $here/fastcgi;
			uwsgi_temp_path $here/uwsgi;
			scgi_temp_path $here/scgi;
			server {
				listen 127.0.0.1:$port;
				root $work/site;
				location /large.txt { aio threads; sendfile off; }
				location /proxy/ { proxy_pass http://127.0.0.1:$port/; }
			}
		}
	END
}

# request METHOD PATH [HEADER...]
request()
{
	printf '%s %s HTTP/1.1\r\nHost: here\r\n' "$1" "$2"
	shift 2
	[ $# = 0 ] || printf '%s\r\n' "$@"
	printf 'Connection: close\r\n\r\n'
}

ask_for_everything()
{
	request GET / | exchange "$port"
	request HEAD /large.txt | exchange "$port"
	request GET /large.txt | exchange "$port"
	request GET /large.txt 'Range: bytes=1000-900000' | exchange "$port"
	request GET /large.txt 'Range: bytes=99999999-' | exchange "$port"
	request GET /large.txt 'Accept-Encoding: gzip' | exchange "$port"
	request GET /zeros.bin 'Range: bytes=-500' | exchange "$port"
	request GET /proxy/index.html | exchange "$port"
	request GET / "If-None-Match: \"$tag\"" | exchange "$port"
	request GET /nowhere | exchange "$port"
	request POST /index.html 'Content-Length: 0' | exchange "$port"
	printf 'GET / HTTP/1.1\r\nHost: here\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n' | exchange "$port"
	printf 'nonsense\r\n\r\n' | exchange "$port"
}

# Workers may not remove a file from a directory of root's; most of its memory they can give back.
cleared_regions()
{
	local kept_kib

	[ $way = bare ] && return
	kept_kib=$(find "$CONTEND_REGION_DIR" -path '*/contend-*' -type f -printf '%k\n' | awk '{ n += $1 } END { print n + 0 }')
	check "$way: the regions of four workers keep less than 14 MiB ($kept_kib KiB)" test "$kept_kib" -lt 14336
	find "$CONTEND_REGION_DIR" -path '*/contend-*' -type f -delete
}

serve()
{
	write_configuration
	start nginx -c "$here/nginx.conf" -e "$here/error.log"
	check "$way: it answers" await answers "$port"
	ask_for_everything | grep -av '^Date: ' >"$here/answers"
	wrk -t 2 -c 32 -d 1 "http://127.0.0.1:$port/index.html" >"$here/load"
	at_least "$way: there was load" "$(awk '/requests in/ { print $1 }' "$here/load")" 1000
	wrk -t 2 -c 8 -d 1 "http://127.0.0.1:$port/large.txt" >"$here/load.large"
	is "$way: without errors" "$(grep -hE 'Non-2xx|Socket errors' "$here/load" "$here/load.large")" ''
	kill -HUP "$server"
	check "$way: it reloads" await says "$here/error.log" 'worker process .* exited with code 0'
	request GET / | exchange "$port" | grep -av '^Date: ' >>"$here/answers"
	stop QUIT
	is "$way: nothing is in its log" "$(grep -vE '\[notice\]|\[info\]|No such file' "$here/error.log")" ''
	cleared_regions
	profiled_well nginx 5
	shows_kind epoll 'epoll_wait;.*ngx_|epoll_wait;.*nginx' 1000
	shows_kind cond 'pthread_cond_wait'
	shows_kind signal sigsuspend
}

every_way serve
finish
