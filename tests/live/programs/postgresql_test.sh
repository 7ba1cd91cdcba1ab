#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 90
# PostgreSQL, a process for each client: a script of SQL with parallel queries and with locks that wait, then pgbench.
. "${ROOT:-$PWD}/tests/live/programs/common.sh"

PATH=$PATH:$(postgresql_path)
needs postgres initdb psql pgbench
unprivileged postgres

client()
{
	psql -X -A -t -h "$here" -U postgres -d postgres -v ON_ERROR_STOP=0 "$@" 2>&1
}

sql()
{
	cat <<-'END'
		CREATE TABLE numbers AS SELECT n, n::bigint * n % 97 AS class, md5(n::text) AS name FROM generate_series(1, 100000) n;
		CREATE INDEX ON numbers (name);
		ANALYZE numbers;
		SELECT count(*), sum(class), min(name) FROM numbers;
		SET max_parallel_workers_per_gather = 2;
		SET parallel_setup_cost = 0;
		SET parallel_tuple_cost = 0;
		SET min_parallel_table_scan_size = 0;
		SELECT class, count(*), max(name) FROM numbers GROUP BY class ORDER BY class LIMIT 5;
		SELECT n FROM numbers WHERE name = md5('777');
		SELECT 1 / 0;
		SELECT nonsense;
		SET statement_timeout = '50ms';
		SELECT pg_sleep(10);
		RESET statement_timeout;
		BEGIN; INSERT INTO numbers VALUES (-1, -1, 'x'); SAVEPOINT s; DELETE FROM numbers; ROLLBACK TO s; COMMIT;
		SELECT count(*) FROM numbers;
		LISTEN news; NOTIFY other; UNLISTEN news;
		CREATE FUNCTION fails() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE 'on purpose'; EXCEPTION WHEN OTHERS THEN RETURN 42; END $$;
		SELECT fails();
		COPY (SELECT n, name FROM numbers ORDER BY n LIMIT 100) TO STDOUT;
		COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; exit 3';
		VACUUM ANALYZE numbers;
		CHECKPOINT;
	END
}

lock_is_held()
{
	[ "$(client -c "SELECT count(*) FROM pg_locks WHERE granted AND locktype = 'advisory'")" = 1 ]
}

lost_by_initdb()
{
	local file

	for file in "$here"/*.pb.gz; do
		[ -e "$file" ] && "$BUILD/tests/decode" "$file" | sed -n 's/^# comment # lost: //p'
	done | grep -vx nothing
}

# Its one process that makes the tables has one thread and many stacks.
make_data()
{
	local variables

	mapfile -t variables < <(environment)
	"${user[@]}" env "${variables[@]}" CONTEND_OUT="$here/%e.%p.%n" initdb -D "$here/db" -U postgres -A trust --no-sync --no-locale \
		-E UTF8 >"$here/initdb" 2>&1
	is "$way: a data directory is made" $? 0
	is "$way: of which nothing is lost" "$(lost_by_initdb)" ''
}

# One session waits for the lock of another.
quarrel()
{
	client -c 'BEGIN; LOCK TABLE numbers; SELECT pg_advisory_lock(1); SELECT pg_sleep(0.5); COMMIT' >"$here/first" &
	await lock_is_held
	client -c 'SELECT count(*) FROM numbers WHERE n < 10'
	wait $!
	cat "$here/first"
}

serve()
{
	make_data
	start postgres -D "$here/db" -k "$here" -c listen_addresses= -c unix_socket_permissions=0777
	check "$way: it answers" await psql -X -h "$here" -U postgres -d postgres -c 'SELECT 1'
	{
		sql | client
		quarrel
		pgbench -h "$here" -U postgres -i -q postgres 2>&1 | sed 's/[0-9.]* s\b/TIME/g'
	} >"$here/answers"
	pgbench -h "$here" -U postgres -n -c 8 -j 2 -t 100 postgres >"$here/load" 2>"$here/load.err"
	is "$way: all transactions are made" "$(grep -c 'transactions actually processed: 800/800' "$here/load")" 1
	is "$way: none failed" "$(grep -E 'failed' "$here/load" | cut -d ' ' -f 1-5; cat "$here/load.err")" 'number of failed transactions: 0'
	client -c 'SELECT (SELECT count(*) FROM pgbench_history), (SELECT sum(delta) FROM pgbench_history) = (SELECT sum(abalance) FROM pgbench_accounts),
		(SELECT sum(bbalance) FROM pgbench_branches) = (SELECT sum(tbalance) FROM pgbench_tellers)' >>"$here/answers"
	stop INT
	is "$way: its log has no other errors" "$(grep -E 'FATAL|PANIC|WARNING|terminated|crash' "$here/err" | grep -vE 'starting up|administrator command')" ''
	profiled_well postgres 8
	shows_kind epoll 'epoll_wait;WaitEventSetWait;' 100
	shows_kind sync 'fdatasync;' 10
	shows_kind semaphore 'sem_wait;PGSemaphoreLock;LWLockAcquire' 10
}

every_way serve
finish
