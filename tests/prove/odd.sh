#!/bin/sh
# odd.sh - a row for each correct pool that looks unlike others (tests/plugins/odd.c): in how many
# of MANY runs of each cell of the known bugs `poolbench check` accused it; SOME on one CPU, and
# SOME with every CPU kept busy (2 at least). A stall counts as one. Exit status: 0 when none was accused.
program=${POOLBENCH:-./poolbench}
many=${MANY:-1000} some=${SOME:-200} status=0
load=
trap 'kill $load 2>/dev/null' EXIT

# accused RUNS COMMAND...: "0 of 9000"
accused() {
    runs=$1
    shift
    "$@" -g known --repeat "$runs" | awk -F' *[|] *' '
        /^\| [a-z]/ { for (i = 4; i <= 5; i++) if (split($i, n, " of ") == 2) { bad += i == 4 ? n[1] : n[2] - n[1]; all += n[2] } }
        END { print bad + 0 " of " all + 0 }'
}

cpu=$(taskset -pc $$ | sed 's/.*: //; s/[-,].*//')
pools=${POOLS:-PLAIN CAPPED SERIAL SILENT LAZY TICKS ALARMS HELPED EARLY RESERVES GAUGELESS COUNTLESS STAYS CONTAINS CLONED PICKY PINNED TRACES KEEPS POLLS SLOW OWN_SIGNAL TAKES_SIGNAL DOZES}
echo "| correct, but odd | accused | on one CPU | loaded |"
echo "|---|---|---|---|"
for pool in $pools; do
    check="$program check --plugin build/plugins/odd-$pool.so"
    plain=$(accused "$many" $check)
    one=$(accused "$some" taskset -c "$cpu" $check)
    for _ in $(seq "$(nproc)"); do
        timeout 3000 sh -c 'while :; do :; done' &
        load="$load $!"
    done
    loaded=$(accused "$some" $check)
    kill $load
    load=
    echo "| $pool | $plain | $one | $loaded |"
    for seen in "$plain" "$one" "$loaded"; do
        case "$seen" in '0 of '[1-9]*) ;; *) status=1 ;; esac
    done
done
exit $status
