# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # of ../servers.sh
. tests/bench/servers/common_mariadb.sh
title='MariaDB, not contended: sysbench oltp_read_only, 8 clients, 10,000 rows'
script=oltp_read_only
rows=10000
clients=8
