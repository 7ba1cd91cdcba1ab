#!/bin/bash
# SPDX-License-Identifier: MIT
# plot.sh ROWS...: plots of all curves in these files, in the directory where it is called: one for each section, parameter and
# unit, with a curve for each name and setting. Bars end at the quartiles. Needs gnuplot.
set -u
export LC_ALL=C

# A text for gnuplot, between its single quotes.
quoted()
{
	printf "'%s'" "${1//\'/\'\'}"
}

# The lines "NAME<tab>SETTING" of the curves in a group's rows, in the order in which they were measured.
curves()
{
	awk -F '\t' -v OFS='\t' '!(($2, $7) in seen) { seen[$2, $7]; print $2, $7 }' "$1"
}

# What a curve's points are: parameter, cost, quartiles, between empty lines.
points()
{
	awk -F '\t' -v name="$2" -v setting="$3" '
		$2 == name && $7 == setting && $10 != "-" { print $3, $10, $11, $12 }' "$1" | sort -n
}

label_of()
{
	case $1 in
	ratio) echo 'of a bare run' ;;
	difference) echo "$2 more than bare" ;;
	*) echo "$2" ;;
	esac
}

# plot_group ROWS NAME SECTION PARAMETER UNIT HOW: NAME.svg, of rows of one section, parameter and unit.
plot_group()
{
	local rows=$1 file=$2 name setting shape=0 previous='' number=0 colour plots=''

	rm -f curve.*
	while IFS=$'\t' read -r name setting; do
		[ "$name" = "$previous" ] || shape=$((shape + 1))
		previous=$name
		case $setting in
		off) colour=7f7f7f ;;
		defaults) colour=1f77b4 ;;
		everything) colour=d62728 ;;
		*) colour=2ca02c ;;
		esac
		number=$((number + 1))
		points "$rows" "$name" "$setting" >"curve.$number"
		plots+="${plots:+, }'curve.$number' using 1:2:3:4 with yerrorlines"
		plots+=" lw 1.5 dt $shape pt $((shape * 2 + 3)) ps 0.6 lc rgb '#$colour' title $(quoted "$name: $setting")"
	done < <(curves "$rows")
	gnuplot <<-end
		set terminal svg size 960,560 noenhanced font 'sans,13' background 'white'
		set output '$file.svg'
		set title $(quoted "$3, $(awk -F '\t' '{ print $16; exit }' "$rows")")
		set xlabel $(quoted "$4")
		set ylabel $(quoted "$(label_of "$6" "$5")")
		set key outside right top vertical Left reverse samplen 3 font ',11'
		set grid
		set offsets graph 0.03, graph 0.03, graph 0.05, graph 0.02
		set xtics ($(cut -f 3 "$rows" | sort -nu | paste -sd ,))
		$(spans "$rows" 3 30 && echo 'set logscale x')
		$(spans "$rows" 10 50 && echo 'set logscale y' || echo 'set yrange [*<0:*]')
		plot $plots
	end
	rm -f curve.*
}

# spans ROWS COLUMN TIMES: are all values in that column positive, and the greatest so many times the least?
spans()
{
	awk -F '\t' -v column="$2" -v times="$3" '
		$column == "-" { next }
		{ v = $column + 0; if (!n++ || v < least) least = v; if (v > most) most = v }
		END { exit !(least > 0 && most >= times * least) }' "$1"
}

command -v gnuplot >/dev/null || { echo "plot.sh: gnuplot is needed (Debian: gnuplot-nox)" >&2; exit 1; }
awk -F '\t' -v OFS='\t' '
	$3 == "-" { next }
	{ plot = $1 OFS $4 OFS $5 }
	!((plot, $3) in seen) { seen[plot, $3]; points[plot]++ }
	!(plot in how) { how[plot] = $6; order[++count] = plot }
	END { for (i = 1; i <= count; i++) if (points[order[i]] > 1) print order[i], how[order[i]] }' "$@" |
	while IFS=$'\t' read -r section parameter unit how; do
		awk -F '\t' -v s="$section" -v p="$parameter" -v u="$unit" '$1 == s && $4 == p && $5 == u' "$@" >group.tsv
		file=$section-$parameter-$(tr -c 'a-zA-Z0-9\n' _ <<<"$unit")
		plot_group group.tsv "$file" "$section" "$parameter" "$unit" "$how" || exit
		rm -f group.tsv
	done
