#!/bin/sh
# Runs every fuzz target of the module, one after the other.
#
# usage: fuzz.sh TIME     how long each runs, such as 30s
set -eu
time=$1

targets=$(grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | sed 's|/\([^/]*\):func |/ |' | sort)
if [ -z "$targets" ]; then
	echo "fuzz: there is no fuzz target"
	exit 0
fi
echo "$targets" | while read -r folder target; do
	echo "fuzz: $target in $folder for $time"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$folder" </dev/null
done
