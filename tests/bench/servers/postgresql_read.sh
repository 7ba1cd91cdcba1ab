# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # of ../servers.sh
. tests/bench/servers/common_postgresql.sh
title='PostgreSQL, not contended: pgbench -S, 8 clients'
scale=2
options=(-S)
