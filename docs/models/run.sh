#!/bin/sh
# run.sh [quick]: explores each model here: no error; and each of its mutants: an error.
# quick: small sizes only, in half a minute. States are told apart by 64 bits of hash,
# which keeps them in 2 GB.
#
# run.sh wide [MINUTES [BITS]]: of idle.pml with 4 jobs and 2 submitters, whose states do not
# fit (idle.pml), as many as are come to in 60 minutes, a state as 3 of 2^35 bits (4 GB). It
# says how many there were, and whether they were all; two that have the same bits are one.
models=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# explore MODEL FLAG...: how many errors SPIN finds; nothing, when it did not come to the end.
explore() {
    model=$1
    shift
    spin "$@" -a "$models/$model.pml" >spin.txt 2>&1 && ${CC:-gcc} -O1 -w -DSAFETY -DHC4 -o pan pan.c &&
        ./pan -m200000 >pan.txt 2>&1 && ! grep -q 'max search depth too small\|out of memory' pan.txt &&
        sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.txt
}
holds() {
    found=$(explore "$@")
    [ "$found" = 0 ] || { cat spin.txt pan.txt; echo "models: $*: ${found:-not explored}: errors"; exit 1; }
    echo "models: $*: every interleaving, $(sed -n 's/^ *\([0-9]*\) states, stored$/\1/p' pan.txt) states, no error"
}
caught() {
    found=$(explore "$@")
    [ "${found:-0}" -gt 0 ] || { cat spin.txt; echo "models: $*: this mutant was not caught"; exit 1; }
    echo "models: $*: caught"
}

wide() {
    spin -DW=2 -DJOBS=4 -DP=2 -a "$models/idle.pml" >spin.txt 2>&1 &&
        ${CC:-gcc} -O2 -w -DSAFETY -DBITSTATE -o pan pan.c || { cat spin.txt; exit 1; }
    ./pan -m2000000 "-w$2" -k3 "-Q$1" >pan.txt 2>&1
    found=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.txt)
    [ "$found" = 0 ] && ! grep -q 'max search depth too small\|out of memory' pan.txt || { cat pan.txt; exit 1; }
    all=all
    grep -q 'Search not completed' pan.txt && all="not all: $1 minutes were over"
    echo "models: idle, 4 jobs, 2 submitters: $(sed -n 's/^ *\([0-9.e+]*\) states, stored$/\1/p' pan.txt) states as bits, $all, no error;" \
        "$(sed -n 's/^hash factor: *\([0-9.]*\).*/\1/p' pan.txt) times as many bits as states"
}
[ "$1" = wide ] && { wide "${2:-60}" "${3:-35}"; exit; }

holds forks -DWORKERS=2
holds idle -DW=2 -DJOBS=1 -DP=1
holds idle -DW=1 -DJOBS=2 -DP=2 -DFREEZE
holds idle -DW=3 -DJOBS=4 -DP=0 -DSTANDS
caught forks -DWORKERS=2 -DNO_WAKE
# A mutant is a step left out, or taken too early: see idle.pml.
caught idle -DW=1 -DJOBS=2 -DP=2 -DFREEZE -DBELIEVE
caught idle -DW=2 -DJOBS=2 -DP=1 -DNO_PUBLISHED
caught idle -DW=2 -DJOBS=2 -DP=1 -DGATE_FIRST
caught idle -DW=3 -DJOBS=4 -DP=0 -DSTANDS -DSUM_ONLY
[ "$1" = quick ] && exit

for mutant in NO_CALL NO_ANNOUNCE PLAIN_BACK; do
    caught forks -DWORKERS=2 -D$mutant
done
for mutant in NO_WAKE NO_PARK_LOOK NO_SEARCH_LOOK NO_TIMER NO_FINAL_LOOK NO_CLEAR NO_DRAINED_LOOK LOWER_BLIND; do
    caught idle -DW=2 -DJOBS=2 -DP=1 -D$mutant
done
caught idle -DW=2 -DJOBS=2 -DP=1 -DHOG -DANY_CPU
caught idle -DW=2 -DJOBS=3 -DP=1 -DUNCOUNTED
holds idle -DW=2 -DJOBS=2 -DP=1 -DHOG
holds idle -DW=2 -DJOBS=3 -DP=1
