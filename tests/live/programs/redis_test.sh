#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 90
# redis: a script of commands, its own benchmark, pipelined; first with one thread, then with four for the sockets. It forks to save.
. "${ROOT:-$PWD}/tests/live/programs/common.sh"

needs redis-server redis-cli redis-benchmark
many=4

client()
{
	redis-cli -p "$port" "$@"
}

commands()
{
	seq -f 'RPUSH list element:%g' 200
	seq 200 | sed 's/.*/ZADD ranking & member:&/'
	seq -f 'SADD numbers %g' 200
	cat <<-'END'
		SET greeting "hello"
		APPEND greeting ", world"
		GET greeting
		GETRANGE greeting 3 8
		INCR greeting
		INCRBY counter 41
		INCRBYFLOAT counter 1.5
		LRANGE list 10 20
		LPOS list element:77
		ZRANGEBYSCORE ranking 50 60 WITHSCORES
		ZREVRANK ranking member:150
		SINTERCARD 1 numbers
		SORT numbers LIMIT 0 5 DESC
		HSET person name Ada year 1815
		HGETALL person
		SETBIT bits 7 1
		BITCOUNT bits
		PFADD visitors a b c d
		PFCOUNT visitors
		GEOADD places 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
		GEODIST places Palermo Catania km
		XADD events 1-1 kind first
		XADD events 1-2 kind second
		XRANGE events - +
		BLPOP nothing 0.05
		XREAD BLOCK 20 STREAMS events 1-2
		MULTI
		INCR counted
		INCR counted
		EXEC
		EVAL "local n = 0 for i = 1, 100000 do n = n + i end return n" 0
		EVAL "return redis.call('LLEN', KEYS[1])" 1 list
		OBJECT ENCODING numbers
		EXPIRE greeting 1000
		PERSIST greeting
		NOSUCHCOMMAND
		WAIT 0 10
		SAVE
		DBSIZE
		FLUSHALL ASYNC
		DBSIZE
	END
}

# One client waits for what another sends.
conversation()
{
	client BLPOP queue 20 >"$here/listener" &
	await blocked
	client RPUSH queue task
	wait $!
	cat "$here/listener"
}

blocked()
{
	client INFO clients | grep -q '^blocked_clients:1'
}

saved()
{
	client INFO persistence | grep -q '^rdb_saves:2'
}

# The benchmark's tests take a quarter of a second each, however small: all of them only where it matters.
make_load()
{
	local tests=set,lpop,zadd,mset count=4

	[ "$1" = $many ] && [ $way != bare ] && tests='' count=20
	redis-benchmark -p "$port" -n 1000 -c 50 -P 16 -q --threads 2 ${tests:+-t $tests} >"$here/load" 2>&1
	is "$way: the benchmark has no errors" "$(grep -iE 'error|fail' "$here/load")" ''
	at_least "$way: it made all its tests" "$(grep -ac 'requests per second' "$here/load")" $count
}

# With so many threads for the sockets.
serve()
{
	start redis-server --port "$port" --bind 127.0.0.1 --dir "$here" --io-threads "$1" --io-threads-do-reads yes --save '' \
		--appendonly yes
	check "$way: it answers" await answers "$port"
	{
		commands | client
		conversation
		client DEBUG SLEEP 0.01
		client PING
	} >"$here/answers" 2>&1
	make_load "$1"
	client FLUSHALL >"$here/said"
	client SET after load >>"$here/said"
	client BGREWRITEAOF >>"$here/said"
	client BGSAVE SCHEDULE >>"$here/said"
	check "$way: a child saves" await saved
	client GET after >>"$here/answers"
	stop TERM
	is "$way: nothing is in its log" "$(grep -aE 'crashed|BUG REPORT|[Ee]rror|Failed' "$here/out")" ''
	check "$way: what was saved is whole" redis-check-rdb "$here/dump.rdb"
	profiled_well redis-check-rdb 1 # one file, with a link for each of its names
	shows_kind epoll 'epoll_wait;.*aeMain;' 100
	shows_kind cond 'bioProcessBackgroundJobs;' 2
	shows_kind sync 'bioProcessBackgroundJobs;' 1
	if [ "$1" = $many ]; then
		shows_kind mutex 'IOThreadMain;'
		shows_holder '^pthread_mutex_unlock;.*handleClientsWithPendingWritesUsingThreads;'
	fi
}

every_way serve 1
rm -rf "${work:?}"/*
every_way serve $many
finish
