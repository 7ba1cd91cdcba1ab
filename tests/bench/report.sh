#!/bin/bash
# SPDX-License-Identifier: MIT
# report.sh DIRECTORY: of its files machine and rows/* makes table.txt, results.json and, where gnuplot is, plots there.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$1" || exit
export LC_ALL=C

awk -v titles=1 -f "$here/row.awk" -f "$here/table.awk" rows/*.tsv >table.txt || exit
awk -f "$here/row.awk" -f "$here/json.awk" machine rows/*.tsv >results.json || exit
rm -f ./*.svg
if command -v gnuplot >/dev/null; then
	bash "$here/plot.sh" rows/*.tsv
else
	echo 'bench: no plots: there is no gnuplot here (Debian: gnuplot-nox)'
fi
