# SPDX-License-Identifier: MIT
# numbers.awk: what the programs that compute with measured values share.

function sort(values, n,   i, j, v)
{
	for (i = 2; i <= n; i++) {
		v = values[i]
		for (j = i - 1; j && values[j] > v; j--) values[j + 1] = values[j]
		values[j + 1] = v
	}
}

# Between the two values that are next to it.
function quantile(values, n, q,   at, below)
{
	at = 1 + (n - 1) * q
	below = int(at)
	return below == n ? values[n] : values[below] + (at - below) * (values[below + 1] - values[below])
}
