# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# Real servers under load. (servers.sh measures them and prints its table. In the rows the noise is one more setting, "again".)
NOBUILD=1 BENCH_OUT=$PWD bash "$here/servers.sh" || exit
for file in servers/*; do
	{
		read -r _ title
		read -r _ unit
		sed 1d >lines
	} <"$file"
	{
		rows "$title" "$unit" ratio "$(awk -v demand=1 -f "$here/numbers.awk" -f "$here/servers.awk" "$file")" <lines
		rows "$title" 'us p99' ratio '' 2 <lines
		rows "$title" 'us of CPU a request' ratio '' 3 <lines
	} >/dev/null
done
mkdir -p "$out/servers" && cp servers/* "$out/servers"
