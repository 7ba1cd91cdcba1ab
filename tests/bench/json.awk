# SPDX-License-Identifier: MIT
# json.awk: lines of machine.sh, then rows, as one JSON object, after row.awk.
BEGIN {
	split(columns, names, " ")
	texts = " section name parameter unit how setting limit verdict date commit "
	printf "{\n  \"machine\": {"
}

NF == 2 {
	printf "%s\n    \"%s\": %s", (NR > 1 ? "," : ""), $1, json($2, 0)
	next
}

{
	printf "%s\n    {", (rows++ ? "," : "\n  },\n  \"rows\": [")
	for (i = 1; i <= NF; i++)
		printf "%s\"%s\": %s", (i > 1 ? ", " : ""), names[i], json($i, index(texts, " " names[i] " "))
	printf "}"
}

END { print (rows ? "" : "\n  },\n  \"rows\": [") "\n  ]\n}" }

# A number where it is one, unless it is a text by its meaning.
function json(v, is_text)
{
	if (v == "-") return "null"
	if (!is_text && v ~ /^-?(0|[1-9][0-9]*)(\.[0-9]+)?(e[-+]?[0-9]+)?$/) return v
	gsub(/\\/, "\\\\", v)
	gsub(/"/, "\\\"", v)
	return "\"" v "\""
}
