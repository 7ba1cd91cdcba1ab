# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # of ../servers.sh
. tests/bench/servers/common_mariadb.sh
title='MariaDB, contended: sysbench oltp_update_non_index, 16 clients, 4 rows'
script=oltp_update_non_index
rows=4
clients=16
