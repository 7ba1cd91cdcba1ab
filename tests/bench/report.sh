#!/bin/bash
# SPDX-License-Identifier: MIT
# report.sh DIRECTORY: of DIRECTORY/machine and the rows in DIRECTORY/rows makes table.txt, results.json and, where gnuplot is, plots there.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$1" || exit
export LC_ALL=C

awk -v titles=1 -f "$here/table.awk" rows/*.tsv >table.txt
cat machine rows/*.tsv | awk -f "$here/json.awk" >results.json
rm -f ./*.svg
if command -v gnuplot >/dev/null; then
	bash "$here/plot.sh" rows/*.tsv
else
	echo 'bench: no plots: there is no gnuplot here (Debian: gnuplot-nox)'
fi
