# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # of ../servers.sh
title='nginx, 2 workers, a page of 1 kB; wrk, 32 connections'
program=nginx
rate=requests/s
end_signal=QUIT

prepare()
{
	command -v wrk && mkdir -m 755 "$data/site" && seq 256 | head -c 1024 >"$data/site/index.html"
}

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
			client_body_temp_path $here/body;
			proxy_temp_path $here/proxy;
			fastcgi_temp_path $here/fastcgi;
			uwsgi_temp_path $here/uwsgi;
			scgi_temp_path $here/scgi;
			keepalive_requests 1000000000;
			server {
				listen 127.0.0.1:$port;
				root $data/site;
			}
		}
	END
}

start()
{
	write_configuration
	serve nginx -c "$here/nginx.conf" -e "$here/error.log"
}

is_ready()
{
	answers "$port"
}

load()
{
	"${on_client[@]}" wrk -t 1 -c 32 -d "$1" --latency "http://127.0.0.1:$port/" >"$here/load" 2>&1 || return
	! grep -E 'Non-2xx|Socket errors' "$here/load" || return
	awk '
		/requests in/ { requests = $1 }
		/Requests\/sec/ { rate = $2 }
		$1 == "99%" { us = $2 * ($2 ~ /us/ ? 1 : $2 ~ /ms/ ? 1e3 : 1e6) }
		END { print requests, rate, us }' "$here/load"
}
