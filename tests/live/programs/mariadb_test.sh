#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 90
# MariaDB, a thread for each client: a script of SQL with locks that wait, then sysbench.
. "${ROOT:-$PWD}/tests/live/programs/common.sh"

needs mariadbd mariadb-install-db mariadb sysbench
unprivileged mysql
clients=8

client()
{
	mariadb --no-defaults --socket="$here/socket" --user=root --force --batch "$@" 2>&1
}

sql()
{
	cat <<-'END'
		CREATE DATABASE shop;
		USE shop;
		CREATE TABLE numbers (n INT PRIMARY KEY, class INT, name VARCHAR(40), KEY (name)) ENGINE=InnoDB;
		INSERT INTO numbers SELECT seq, seq * seq % 97, MD5(seq) FROM seq_1_to_20000;
		SELECT COUNT(*), SUM(class), MIN(name) FROM numbers;
		SELECT class, COUNT(*), MAX(name) FROM numbers GROUP BY class ORDER BY class LIMIT 5;
		SELECT n FROM numbers WHERE name = MD5(777);
		SELECT nonsense;
		INSERT INTO numbers VALUES (1, 1, 'twice');
		CREATE TABLE plain (n INT) ENGINE=Aria;
		INSERT INTO plain SELECT n FROM numbers WHERE n <= 1000;
		SELECT SUM(n) FROM plain;
		START TRANSACTION; DELETE FROM numbers; ROLLBACK;
		SELECT COUNT(*) FROM numbers;
		SELECT SLEEP(0.01), GET_LOCK('l', 1), RELEASE_LOCK('l');
		SET max_statement_time = 0.05;
		SELECT SLEEP(10);
		SET max_statement_time = 0;
		ALTER TABLE numbers ADD COLUMN more INT DEFAULT 7, ALGORITHM=COPY;
		SELECT SUM(more) FROM numbers;
		FLUSH TABLES;
		CHECK TABLE numbers, plain;
	END
}

lock_is_held()
{
	[ "$(client -N -e "SELECT IS_USED_LOCK('row') IS NOT NULL")" = 1 ]
}

# One session waits for the row of another, a third gives up.
quarrel()
{
	client -N shop -e "START TRANSACTION; UPDATE numbers SET class = -1 WHERE n = 5; SELECT GET_LOCK('row', 1); SELECT SLEEP(1.2); COMMIT" >"$here/first" &
	await lock_is_held
	client -N shop -e 'SET innodb_lock_wait_timeout = 0; UPDATE numbers SET class = -3 WHERE n = 5' >"$here/gave_up"
	client -N shop -e 'UPDATE numbers SET class = class - 1 WHERE n = 5; SELECT class FROM numbers WHERE n = 5'
	wait $!
	cat "$here/first" "$here/gave_up"
}

answers_sql()
{
	mariadb-admin --no-defaults --socket="$here/socket" --user=root ping >/dev/null 2>&1
}

# load SCRIPT COMMAND THREADS
load()
{
	sysbench "$1" --db-driver=mysql --mysql-socket="$here/socket" --mysql-user=root --mysql-db=shop --tables=2 --table-size=1000 \
		--threads="$3" --time=1 "$2"
}

serve()
{
	cp -a "$work/db" "$here/db"
	start mariadbd --no-defaults --datadir="$here/db" --socket="$here/socket" --pid-file="$here/pid" --skip-networking --skip-log-bin \
		--innodb-buffer-pool-size=64M --innodb-log-file-size=16M --slow-query-log=1 --long-query-time=0 \
		--slow-query-log-file="$here/slow.log"
	check "$way: it answers" await answers_sql
	{
		sql | client
		quarrel
		load oltp_read_write prepare 1
	} >"$here/answers" 2>&1
	load oltp_point_select run $clients >"$here/load" 2>&1
	load oltp_read_write run $clients >>"$here/load" 2>&1
	at_least "$way: there was load" "$(awk '/queries:/ { n += $2 } END { print n }' "$here/load")" 2000
	is "$way: no error but deadlocks, which are tried again" "$(grep -E 'FATAL|reconnects: *[1-9]' "$here/load")" ''
	client -N shop -e 'SELECT COUNT(*) FROM sbtest1; SELECT COUNT(*) FROM sbtest2; CHECK TABLE sbtest1, sbtest2' >>"$here/answers"
	stop TERM
	is "$way: nothing is in its log" "$(grep -E '\[(Warning|ERROR)\]|got signal' "$here/err" | grep -vE 'io_uring|liburing|Aborted|max_open_files')" ''
	profiled_well mariadbd 1
	shows_kind mutex 'LOGGER::slow_log_print|MYSQL_QUERY_LOG::write|_ZN15MYSQL_QUERY_LOG5write' 100
	shows_kind cond '' 100
	shows_kind poll 'vio_io_wait' 1000
	shows_kind futex '' 10 # InnoDB's own locks
	shows_kind sync '' 10
	shows_holder 'MYSQL_QUERY_LOG' 100
}

check 'a data directory is made' mariadb_make "$work/db"
every_way serve
finish
