#!/bin/bash
# SPDX-License-Identifier: MIT
# report.sh DIRECTORY: of the rows in DIRECTORY/rows makes table.txt, results.json and plots there.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$1" || exit
export LC_ALL=C

awk -v titles=1 -f "$here/table.awk" rows/*.tsv >table.txt
