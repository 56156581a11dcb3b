#!/bin/sh
# kinds.sh FOLDER [FILE] - shows of the kinds of bugs from public reports how certain the check
# is: whom it accuses that has none (our own pools, the manual's, the unusual ones of the tests
# in FOLDER, the build's), how often it catches the kind that is armed in our own, and the pool of the
# tests that has exactly one. All again and again: on the machine as it is, on one CPU, with 8 workers,
# and with all CPUs loaded; several cells at once, each a load on the others. Writes the table into FILE
# (docs/check.md) in the place of the one there.
# MANY=1000 runs of a row, SOME=200 in each other way, of each cell at least two; where a pool is caught, so
# many of each cell. Of the kinds that are slow a fiftieth.
# A call that was interrupted is gone on with by the next (rows.sh). ONLY="ring preempted": these rows.
# Exit status: 0 when none was accused, and each that is certain was caught always.
program=${POOLBENCH:-./poolbench} folder=${1:?} file=${2:-docs/check.md}
many=${MANY:-1000} some=${SOME:-200}
. "$(dirname "$0")/rows.sh"

# What the check cannot promise to see: it says "not seen" (docs/check.md).
by_chance=" stop-missed stolen-stop tail-after-free lost-at-idle wrong-wake lost-under-load counts-lost preempted "
# What is said, and not judged: nobody is accused of it, nor caught.
said=" herd inherited-affinity inherited-priority idle-burn late-backstop push-walk time-out-late "
slow=" inside-full leak-per-pool growth-per-job herd lost-under-load starved-outside counts-lost preempted "
kinds=$("$program" check --list | awk -v said="$said" '$2 != "known" && !index(said, " " $1 " ") {print $1}')
# Not odd-CLONED: its threads share one memory of their own, by which it cannot tell what is called from inside,
# and so it hangs there; nor odd-PAIRS, odd-SPARES and odd-TIGHT, which have a bug of these kinds,
# nor odd-RESTS, whose rests take longer than a cell may, under load.
unusual="mine sound odd-PLAIN odd-CAPPED odd-SERIAL odd-SILENT odd-LAZY odd-TICKS odd-ALARMS odd-HELPED odd-EARLY
    odd-RESERVES odd-GAUGELESS odd-COUNTLESS odd-STAYS odd-CONTAINS odd-PICKY
    odd-PINNED odd-TRACES odd-KEEPS odd-HOARDS odd-POLLS odd-SLOW odd-OWN_SIGNAL odd-TAKES_SIGNAL odd-DOZES
    odd-TALLIES odd-BUSY odd-BUSIER stream tidy"

wanted() {
    case " ${ONLY:-$1} " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

# these slow|quick: those of $asked, with commas
these() {
    for kind in $asked; do
        case $slow in *" $kind "*) is=slow ;; *) is=quick ;; esac
        [ "$is" = "$1" ] && echo "$kind"
    done | paste -sd,
}

# tally: of the latest check, "accused runs caught runs"
tally() {
    awk -F'[|]' '
        /^[|] [a-z]/ && $2 !~ /^ fault / {
            if (split($4, of, " of ") == 2) { accused += of[1]; clean += of[2] }
            if (split($6, of, " of ") == 2) { caught += of[1]; armed += of[2] }
        }
        END { print accused + 0, clean + 0, caught + 0, armed + 0 }' "$kept/said"
}

# asks slow|quick TIMES AT_ONCE WORDS...: so many runs more of each cell of these kinds; their sums in $last,
# and added to $sums
asks() {
    names=$(these "$1") times=$2 now=$3 last='0 0 0 0'
    shift 3
    [ -n "$names" ] && [ "$times" -gt 0 ] || return 0
    run "$@" -f "$names" --repeat $((times > 2 ? times : 2)) --at-once "$now" || return 1
    last=$(tally)
    sums=$(echo "$sums $last" | awk '{print $1 + $5, $2 + $6, $3 + $7, $4 + $8}')
    [ "$what" = caught ] || sed -n '/did not pass/,$p' "$kept/said" >&2
}

# runs SUMS: how many of them are of the row
runs() {
    [ "$what" = armed ] && echo "$4" || echo "$2"
}

# tried MOST AT_ONCE WORDS...: of all kinds of the row, in one way; summed up into $count
tried() {
    most=$1 beside=$2 sums='0 0 0 0'
    shift 2
    if [ "$what" = caught ] || [ -z "$(these quick)" ]; then
        asks slow $((most / 50)) "$at_once_few" "$@" && asks quick "$most" "$beside" "$@" || return 1
    else
        asks slow 2 "$at_once_few" "$@" && asks quick 2 "$beside" "$@" || return 1
        asks quick "$(more "$most" "$(runs $sums)" "$(runs $last)")" "$beside" "$@" || return 1
    fi
    count=$sums
}

# part NAME MOST AT_ONCE WORDS...: one way of the row
part() {
    name=$1
    shift
    counted "$what $whom $name, $1 runs, $2 at once" "$plugin" tried "$@" || return 1
    echo "$count" >"$kept/$name"
}

# ways FIRST SECOND: these sums of all four ways, as fields of the table
ways() {
    for name in plain one eight loaded; do
        cut -d' ' -f"$1,$2" "$kept/$name" | sed 's/ / of /'
    done | paste -sd'|' | sed 's/|/ | /g'
}

# row WHAT WHOM PLUGIN WORDS...: a line of the table, of the kinds in $asked. None where nothing is armed.
row() {
    what=$1 whom=$2 plugin=$3
    shift 3
    echo "$what: $whom" >&2
    part plain "$many" "$at_once" "$program" check "$@" || return 1
    [ "$what" != armed ] || [ "$(cut -d' ' -f4 "$kept/plain")" != 0 ] || return 0
    part one "$some" "$at_once_few" taskset -c "$cpu" "$program" check "$@" || return 1
    part eight "$some" "$at_once" "$program" check "$@" -t 8 || return 1
    load_begin
    part loaded "$some" "$at_once" "$program" check "$@" || return 1
    load_end
    measured="$revision, $many and $some"
    if [ "$what" != armed ]; then
        echo "| $what | $whom | $(ways 1 2) | $measured |" >>"$kept/rows"
        return
    fi
    echo "| armed | $whom | $(ways 3 4) | $measured |" >>"$kept/rows"
    case " $(cut -d' ' -f1 "$kept/plain" "$kept/one" "$kept/eight" "$kept/loaded" | paste -sd' ') " in
    ' 0 0 0 0 ') ;;
    *) echo "| accused | our own, of $whom | $(ways 1 2) | $measured |" >>"$kept/rows" ;;
    esac
}

: >"$kept/rows"
asked=$kinds
own=$("$program" list pools | awk '{print $1}')
for pool in $own; do
    wanted "$pool" && { row accused "$pool" '' -p "$pool" || exit 1; }
done
for plugin in $unusual; do
    wanted "$plugin" && { row accused "$plugin" "$folder/$plugin.so" --plugin "$folder/$plugin.so" || exit 1; }
done
for kind in $kinds; do
    asked=$kind
    wanted "$kind" && { row armed "$kind" '' -p "$(echo $own | tr ' ' ,)" || exit 1; }
done
asked=$kinds
FAULTY=none && export FAULTY
wanted faulty && { row accused "faulty, with none" "$folder/faulty.so" --plugin "$folder/faulty.so" || exit 1; }
for kind in $kinds; do
    asked=$kind FAULTY=$kind
    bugged=faulty
    case $kind in
    results-stream) bugged=stream STREAM=overwrites && export STREAM ;;
    room-untold) bugged=slips SLIP=told-once && export SLIP ;;
    status-misread) bugged=slips SLIP=status-is-error && export SLIP ;;
    null-argument) bugged=slips SLIP=null-refused && export SLIP ;;
    odd-size) bugged=slips SLIP=masks && export SLIP ;;
    woken-in-vain) bugged=slips SLIP=submitter-trusts && export SLIP ;;
    child-pool) bugged=slips SLIP=dead-in-child && export SLIP ;;
    end-untold) bugged=slips SLIP=close-calls-one-worker && export SLIP ;;
    worker-interrupted) bugged=slips SLIP=signal-ends-worker && export SLIP ;;
    esac
    wanted "$kind" && { row caught "$kind" "$folder/$bugged.so" --plugin "$folder/$bugged.so" || exit 1; }
    unset STREAM SLIP
done
{
    echo "| what | pool, or kind | of runs | on one CPU | 8 workers | loaded | measured |"
    echo "|---|---|---|---|---|---|---|"
    cat "$kept/rows"
} >"$kept/table"
KEEP=${ONLY:+yes} sh "$(dirname "$0")/write.sh" "cat $kept/table" "$file" || exit 1
# A kind has several cells, of which not each shows it: caught is at least one. What is armed shows it always.
awk -F' *[|] *' -v chance="$by_chance" '
    $2 == "accused" { for (i = 4; i <= 7; i++) if ($i !~ /^0 of/) bad = 1 }
    $2 == "armed" { for (i = 4; i <= 7; i++) { split($i, of, " of "); if (of[1] != of[2]) bad = 1 } }
    $2 == "caught" && index(chance, " " $3 " ") == 0 { for (i = 4; i <= 7; i++) if ($i ~ /^0 of/) bad = 1 }
    END { exit bad }' "$kept/table"
