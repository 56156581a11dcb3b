#!/bin/sh
# pages.sh FOLDER - a page of each kind of result, made from short runs here and from what is kept in the
# repository. The figures of so short runs say nothing; only that they can be read is looked at.
poolbench=${POOLBENCH:-./poolbench}
folder=$1
rm -rf "$folder"
mkdir -p "$folder/results" || exit 1
results=$folder/results

make_it() {
    "$@" >"$folder/said.txt" 2>&1 || {
        echo "page: $* ends with $?:"
        cat "$folder/said.txt"
        exit 1
    }
}
page() {
    name=$1
    shift
    make_it "$poolbench" report "$@" -o "$folder/$name.html"
}

quick="--no-history --no-figures --budget 10ms --rounds 3"
short="$quick -p ring,mutex,inline -w empty -w cpu:size=1us -w cpu:size=10us -t 1,2"
# shellcheck disable=SC2086 # options
{
    make_it "$poolbench" run $short --seed 1 -o "$results/run.json"
    make_it "$poolbench" run $short --seed 2 -o "$results/again.json"
    make_it "$poolbench" sweep $quick -p ring,mutex -w cpu:size=1us..4us -t 1,2 -o "$results/sweep.json"
    make_it "$poolbench" run $quick -p ring -w burst:rate=2k,of=cpu:size=20us -t 2 --slo p99=20ms -o "$results/burst.json"
}
make_it "$poolbench" check -p ring,mutex -o "$results/check.json"

page suite results/reference/suite.json
page run "$results/run.json"
page sweep "$results/sweep.json"
page burst "$results/burst.json"
page search results/reference/search.json
page duet tests/exports/duet.json
page several "$results/run.json" "$results/again.json"
