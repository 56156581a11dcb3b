#!/bin/sh
# odd.sh - a row for each correct pool that looks unlike others (tests/plugins/odd.c): in how many
# of MANY runs of the known bugs' cells `poolbench check` accused it; SOME on one CPU, and SOME with
# every CPU kept busy. A stall counts as one. A call that was interrupted is gone on with by the next
# (rows.sh). Exit status: 0 when none was accused.
program=${POOLBENCH:-./poolbench}
many=${MANY:-1000} some=${SOME:-200} status=0
. "$(dirname "$0")/rows.sh"

# asks TIMES WORDS...: so many runs more of each cell; added to $bad of $all
asks() {
    times=$1
    shift
    [ "$times" -gt 0 ] || return 0
    run "$@" --repeat $((times > 2 ? times : 2)) || return 1
    set -- $(awk -F' *[|] *' '
        /^\| [a-z]/ { for (i = 4; i <= 5; i++) if (split($i, n, " of ") == 2) { bad += i == 4 ? n[1] : n[2] - n[1]; all += n[2] } }
        END { print bad + 0, all + 0 }' "$kept/said")
    [ "$1" = 0 ] && [ "$2" != 0 ] || sed -n '/^|/!p' "$kept/said" >&2 # what was not right
    bad=$((bad + $1)) all=$((all + $2))
}

# accused MOST WORDS...: "0 of 1008"
accused() {
    most=$1 bad=0 all=0
    shift
    asks 2 "$@" && asks "$(more "$most" "$all" "$all")" "$@" || return 1
    count="$bad of $all"
}

pools=${POOLS:-PLAIN CAPPED SERIAL SILENT LAZY TICKS ALARMS HELPED EARLY RESERVES GAUGELESS COUNTLESS STAYS CONTAINS CLONED PICKY PINNED TRACES KEEPS HOARDS POLLS SLOW OWN_SIGNAL TAKES_SIGNAL DOZES TALLIES BUSY BUSIER RESTS}
echo "| correct, but odd | accused | on one CPU | loaded | measured |"
echo "|---|---|---|---|---|"
for pool in $pools; do
    plugin=build/plugins/odd-$pool.so
    check="$program check --plugin $plugin -g known"
    counted "odd $pool, $many runs, $at_once at once" "$plugin" accused "$many" $check --at-once "$at_once" || exit 1
    plain=$count
    counted "odd $pool, $some runs, $at_once_few at once, one CPU" "$plugin" \
        accused "$some" taskset -c "$cpu" $check --at-once "$at_once_few" || exit 1
    one=$count
    load_begin
    counted "odd $pool, $some runs, $at_once at once, loaded" "$plugin" accused "$some" $check --at-once "$at_once" || exit 1
    load_end
    loaded=$count
    echo "| $pool | $plain | $one | $loaded | $revision |"
    for seen in "$plain" "$one" "$loaded"; do
        case "$seen" in '0 of '[1-9]*) ;; *) status=1 ;; esac
    done
done
exit $status
