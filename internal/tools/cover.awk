# Turns a coverage profile into a table: how much of each package the tests of all
# packages together reach. A block may be listed once per test program.

NR > 1 {
	split($1, where, ":")
	package = where[1]
	sub(/\/[^\/]*$/, "", package)
	of[$1] = package
	size[$1] = $2
	if ($3 > 0) hit[$1] = 1
}

END {
	for (block in of) {
		total[of[block]] += size[block]
		all += size[block]
		if (block in hit) {
			reached[of[block]] += size[block]
			any += size[block]
		}
	}
	for (package in total)
		printf "%6.1f%%  %5d statements  %s\n", 100 * reached[package] / total[package], total[package], package | "sort -k4"
	close("sort -k4")
	if (all) printf "%6.1f%%  %5d statements  in total\n", 100 * any / all, all
}
