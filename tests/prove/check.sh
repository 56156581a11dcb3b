#!/bin/sh
# check.sh [--quick] [FILE] - shows that `poolbench check` is certain: every cell
# again and again, on the machine as it is, on one CPU, with 8 workers, and with
# all CPUs loaded by something else. Writes the table into FILE (docs/check.md)
# in the place of the one there. --quick: 20 runs on the machine as it is, and
# no file. FAULTS=a,b: only these. Exit status: 0 when all were right.
program=${POOLBENCH:-./poolbench}
if [ "$1" = --quick ]; then
    exec timeout 600 "$program" check -g known --repeat 20
fi
file=${1:-docs/check.md}
many=${MANY:-1000} some=${SOME:-200} only=${FAULTS:+-f $FAULTS}
[ -n "$only" ] || only="-g known"
folder=$(mktemp -d) || exit 1
load=
trap 'kill $load 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
status=0

# part NAME COMMAND...: a part of the proof, its table kept in NAME
part() {
    name=$1
    shift
    echo "$name: $*" >&2
    timeout 3000 "$@" >"$folder/$name" || status=1
    sed -n '/^|/!p' "$folder/$name" # what was not right, and the totals
}

part plain "$program" check $only --repeat "$many"
part one-CPU taskset -c "$(taskset -pc $$ | sed 's/.*: //; s/[-,].*//')" "$program" check $only --repeat "$some"
part 8-workers "$program" check $only -t 8 --repeat "$some"
for cpu in $(seq "$(nproc)"); do
    timeout 3000 sh -c 'while :; do :; done' &
    load="$load $!"
done
part loaded "$program" check $only --repeat "$some"
kill $load
load=

# One line for each fault and pool: accused and caught in each part.
{
    echo "| fault | pool | clean accused | misuse named | armed caught | median | slowest | on one CPU | 8 workers | loaded |"
    echo "|---|---|---|---|---|---|---|---|---|---|"
    for name in plain one-CPU 8-workers loaded; do
        sed -n "s/^| [a-z].*/$name &/p" "$folder/$name"
    done | grep -v '| fault |' | awk -F' *[|] *' '
        { key = $2 " | " $3 }
        $1 == "plain" { order[++n] = key; row[key] = "| " key " | " $4 " | " $5 " | " $6 " | " $7 " | " $8 " |"; next }
        { both = $4 "; " ($5 == "-" ? "" : $5 "; ") $6; gsub(" of ", "/", both); row[key] = row[key] " " both " |" }
        END { for (i = 1; i <= n; i++) print row[order[i]] }'
} >"$folder/table"
sh "$(dirname "$0")/write.sh" "cat $folder/table" "$file" >/dev/null || exit 1
exit $status
