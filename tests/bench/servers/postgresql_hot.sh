# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # of ../servers.sh
. tests/bench/servers/common_postgresql.sh
title='PostgreSQL, contended: pgbench, 8 clients, 1 branch'
scale=1
options=()
