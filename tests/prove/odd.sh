#!/bin/sh
# odd.sh - a row for each correct pool that looks unlike others (tests/plugins/odd.c): in how many
# of MANY runs of each cell of the known bugs `poolbench check` accused it; SOME on one CPU, and
# SOME with every CPU kept busy. A stall counts as one. A call that was interrupted is gone on with by
# the next (rows.sh). Exit status: 0 when none was accused.
program=${POOLBENCH:-./poolbench}
many=${MANY:-1000} some=${SOME:-200} status=0
. "$(dirname "$0")/rows.sh"

# accused WORDS...: "0 of 9000"
accused() {
    run "$@" || return 1
    count=$(awk -F' *[|] *' '
        /^\| [a-z]/ { for (i = 4; i <= 5; i++) if (split($i, n, " of ") == 2) { bad += i == 4 ? n[1] : n[2] - n[1]; all += n[2] } }
        END { print bad + 0 " of " all + 0 }' "$kept/said")
    case $count in '0 of '[1-9]*) ;; *) sed -n '/^|/!p' "$kept/said" >&2 ;; esac # what was not right
}

pools=${POOLS:-PLAIN CAPPED SERIAL SILENT LAZY TICKS ALARMS HELPED EARLY RESERVES GAUGELESS COUNTLESS STAYS CONTAINS CLONED PICKY PINNED TRACES KEEPS HOARDS POLLS SLOW OWN_SIGNAL TAKES_SIGNAL DOZES TALLIES BUSY BUSIER RESTS}
echo "| correct, but odd | accused | on one CPU | loaded | measured |"
echo "|---|---|---|---|---|"
for pool in $pools; do
    plugin=build/plugins/odd-$pool.so
    check="$program check --plugin $plugin -g known"
    many_words="--repeat $many --at-once $at_once"
    counted "odd $pool $many_words" "$plugin" accused $check $many_words || exit 1
    plain=$count
    few_words="--repeat $some --at-once $at_once_few"
    counted "odd $pool $few_words, one CPU" "$plugin" accused taskset -c "$cpu" $check $few_words || exit 1
    one=$count
    some_words="--repeat $some --at-once $at_once"
    load_begin
    counted "odd $pool $some_words, loaded" "$plugin" accused $check $some_words || exit 1
    load_end
    loaded=$count
    echo "| $pool | $plain | $one | $loaded | $revision |"
    for seen in "$plain" "$one" "$loaded"; do
        case "$seen" in '0 of '[1-9]*) ;; *) status=1 ;; esac
    done
done
exit $status
