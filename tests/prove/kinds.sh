#!/bin/sh
# kinds.sh FOLDER [FILE] - shows of the kinds of bugs from public reports how certain the check
# is: whom it accuses that has none (our own pools, the manual's, the unusual ones of the tests
# in FOLDER, the build's), and how often it catches the pool of the tests that has exactly one.
# All again and again: on the machine as it is, on one CPU, with 8 workers, and with all CPUs
# loaded. Writes the table into FILE (docs/check.md) in the place of the one there.
# MANY=1000 runs of a kind that is quick, SOME=200 in each other way; of the slow ones a
# fiftieth: more than a day on 2 CPUs; with MANY=40 SOME=10 a row of an own pool is two minutes. Mostly it
# waits: several may run at once, each with a FILE of its own. ONLY="ring preempted": these rows.
# Exit status: 0 when none was accused, and each that is certain was caught always.
program=${POOLBENCH:-./poolbench} folder=${1:?} file=${2:-docs/check.md}
many=${MANY:-1000} some=${SOME:-200}
kept=$(mktemp -d) || exit 1
load=
trap 'kill $load 2>/dev/null; rm -rf "$kept"' EXIT
trap 'exit 130' INT TERM
cpu=$(taskset -pc $$ | sed 's/.*: //; s/[-,].*//')

# What the check cannot promise to see: it says "not seen" (docs/check.md).
by_chance=" stop-missed stolen-stop tail-after-free lost-at-idle wrong-wake lost-under-load counts-lost preempted "
# What is said, and not judged: nobody is accused of it, nor caught.
said=" herd inherited-affinity inherited-priority idle-burn late-backstop push-walk time-out-late "
slow=" inside-full leak-per-pool growth-per-job herd lost-under-load starved-outside counts-lost preempted "
kinds=$("$program" check --list | awk -v said="$said" '$2 != "known" && !index(said, " " $1 " ") {print $1}')
unusual="mine sound odd-PLAIN odd-CAPPED odd-SERIAL odd-SILENT odd-LAZY odd-TICKS odd-ALARMS odd-HELPED odd-EARLY
    odd-RESERVES odd-GAUGELESS odd-CONTAINS odd-PICKY
    odd-PINNED odd-TRACES odd-KEEPS odd-HOARDS odd-POLLS stream tidy"

wanted() {
    case " ${ONLY:-$1} " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

# runs KIND MOST: how many of a kind, a fiftieth of the slow ones; two at least
runs() {
    number=$2
    case $slow in *" $1 "*) number=$(($2 / 50)) ;; esac
    echo $((number > 2 ? number : 2))
}

# failed WORDS...: of a repeated check, "failed of runs"
failed() {
    timeout 3000 "$@" 2>/dev/null | awk -F'[|]' '
        /^[|] [a-z]/ && $2 !~ /^ fault / && split($4, of, " of ") == 2 { failed += of[1]; runs += of[2] }
        END { print failed + 0 "/" runs + 0 }'
}

# count NAME WORDS...: of all kinds, one after the other, in one way; summed up into NAME
count() {
    name=$1 most=$2 a=0 n=0
    shift 2
    for kind in $asked; do
        now=$(failed "$@" -f "$kind" --repeat "$(runs "$kind" "$most")")
        a=$((a + ${now%/*})) n=$((n + ${now#*/}))
    done
    echo "$a of $n" >"$kept/$name"
}

# row WHAT WHOM WORDS...: a line of the table, of the kinds in $asked
row() {
    what=$1 whom=$2
    shift 2
    echo "$what: $whom" >&2
    count plain "$many" "$program" check "$@"
    count one "$some" taskset -c "$cpu" "$program" check "$@"
    count eight "$some" "$program" check "$@" -t 8
    load=
    for _ in $(seq "$(nproc)"); do
        timeout 3000 sh -c 'while :; do :; done' &
        load="$load $!"
    done
    count loaded "$some" "$program" check "$@"
    kill $load
    load=
    echo "| $what | $whom | $(cat "$kept/plain") | $(cat "$kept/one") | $(cat "$kept/eight") | $(cat "$kept/loaded") |" >>"$kept/rows"
}

: >"$kept/rows"
asked=$kinds
for pool in $("$program" list pools | awk '{print $1}'); do
    wanted "$pool" && row accused "$pool" -p "$pool"
done
for plugin in $unusual; do
    wanted "$plugin" && row accused "$plugin" --plugin "$folder/$plugin.so"
done
FAULTY=none && export FAULTY
wanted faulty && row accused "faulty, with none" --plugin "$folder/faulty.so"
for kind in $kinds; do
    asked=$kind FAULTY=$kind
    plugin=faulty
    case $kind in results-stream) plugin=stream STREAM=overwrites && export STREAM ;; esac
    wanted "$kind" && row caught "$kind" --plugin "$folder/$plugin.so"
    unset STREAM
done
{
    echo "| what | pool, or kind | of runs | on one CPU | 8 workers | loaded |"
    echo "|---|---|---|---|---|---|"
    cat "$kept/rows"
} >"$kept/table"
KEEP=${ONLY:+yes} sh "$(dirname "$0")/write.sh" "cat $kept/table" "$file" || exit 1
# A kind has several cells, of which not each shows it: caught is at least one.
awk -F' *[|] *' -v chance="$by_chance" '
    $2 == "accused" { for (i = 4; i <= 7; i++) if ($i !~ /^0 of/) bad = 1 }
    $2 == "caught" && index(chance, " " $3 " ") == 0 { for (i = 4; i <= 7; i++) if ($i ~ /^0 of/) bad = 1 }
    END { exit bad }' "$kept/table"
