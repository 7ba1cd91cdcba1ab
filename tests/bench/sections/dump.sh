# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# How long a dump takes, and what a thread notices of it.

# dumps SETTING STACKS: lines "MS BEFORE_US DURING_US".
dumps()
{
	rm -rf files && mkdir files
	in_setting "$1" CONTEND_MEMORY=64m CONTEND_OUT="$PWD/files/%n" "$bench/dump" "$PWD/files" "$runs" "$2"
}

for stacks in 100 1000 5000 10000 50000; do
	case $stacks in
	5000) limit=everything\<=1000 ;;
	50000) limit=everything\<=300 ;;
	*) limit= ;;
	esac
	stacks=$(scaled $stacks)
	dumps everything "$stacks" | awk '{ print NR, "everything", $0 }' >"dumps.$stacks"
	at="$stacks stacks" rows 'until both files are there' ms value "$limit" <"dumps.$stacks"
	distinct_stacks everything "$stacks" files/0.*.pb.gz
done
dumps bare 2 | awk '{ print NR, "bare", $2; print NR, "without", $3 }' | rows 'longest pause of a busy thread in 50 ms' us ratio
awk '{ print $1, "bare", $4; print $1, $2, $5 }' "dumps.$(scaled 5000)" | rows 'the same, before and during a dump' us ratio
