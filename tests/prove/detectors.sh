#!/bin/sh
# detectors.sh [FOLDER] - in how many of 20 runs does each of the known bugs show:
# by itself, under TSan, ASan, helgrind and DRD, and under `poolbench check`?
# Writes the table into FOLDER/detectors.md (docs), the data beside it, and the
# figure. Exit status: 0 when all ran and no right version showed anything.
program=${POOLBENCH:-./poolbench}
folder=${1:-docs} runs=${RUNS:-20} limit=${LIMIT:-3s}
data=$(mktemp) table=$(mktemp) || exit 1
trap 'rm -f "$data" "$table"' EXIT
trap 'exit 130' INT TERM
status=0
tools="plain tsan asan helgrind drd"
bugs=$("$program" explain | awk '{print $1}') || exit 3

for bug in $bugs; do
    for tool in $tools; do
        under="--under $tool"
        [ $tool = plain ] && under=--run
        timeout 900 "$program" explain "$bug" $under --repeat "$runs" --limit "$limit" --format tsv >>"$data" || status=1
    done
    # All armed cells of that bug, the worst of them.
    shown=$("$program" check -f "$bug" -p ring --repeat "$runs" --format json |
        sed -n 's/.*"kind": "\([a-z]*\)".*/\1/p; s/.*"passed": \([0-9]*\).*/\1/p' |
        awk '/^[a-z]/ {kind = $0} /^[0-9]/ {if (kind == "armed" && (least == "" || $1 < least)) least = $1
                                            if (kind == "clean") accused += runs - $1}
             END {print least, accused + 0}' runs="$runs")
    printf '%s\twrong\tcheck\t%s\t%s\n%s\tright\tcheck\t%s\t%s\n' "$bug" "${shown% *}" "$runs" "$bug" "${shown#* }" "$runs" >>"$data"
    echo "$bug: $(awk -F'\t' -v bug="$bug" '$1 == bug && $2 == "wrong" {printf "%s %s  ", $3, $4}' "$data")" >&2
done

{
    echo "| bug | what is seen | by itself | TSan | ASan, UBSan | helgrind | DRD | poolbench check |"
    echo "|---|---|---|---|---|---|---|---|"
    for bug in $bugs; do
        kind=$("$program" explain "$bug" --answer | sed -n 's/^symptom *\([^:]*\):.*/\1/p')
        awk -F'\t' -v bug="$bug" -v kind="$kind" '$1 == bug && $2 == "wrong" {row = row " | " $4} END {print "| " bug " | " kind row " |"}' "$data"
    done
    awk -F'\t' '$2 == "wrong" {sum[$3] += $4; of[$3] += $5}
        END {n = split("plain tsan asan helgrind drd check", t, " "); row = "| all | "
             for (i = 1; i <= n; i++) row = row sprintf(" | %.0f%%", 100 * sum[t[i]] / of[t[i]]); print row " |"}' "$data"
    awk -F'\t' '$2 == "right" {sum[$3] += $4}
        END {n = split("plain tsan asan helgrind drd check", t, " "); row = "| the right versions, all | nothing"
             for (i = 1; i <= n; i++) row = row " | " sum[t[i]]; print row " |"}' "$data"
} >"$table"
awk -F'\t' '$2 == "right" && $4 > 0 {bad = 1} END {exit bad}' "$data" || { echo "a right version showed something" >&2; status=1; }
sh "$(dirname "$0")/write.sh" "cat $table" "$folder/detectors.md" >/dev/null || exit 1
{ printf 'bug\tversion\tdetector\tshown\truns\tcrash\thang\tno_end\twrong_answer\treport\n'; cat "$data"; } >"$folder/detectors.tsv"

for kind in svg png; do
    gnuplot -e "kind = '$kind'; out = '$folder/detectors.$kind'; data = '$folder'; style = 'plot/style.gp'" \
        -e "title = 'In how many of $runs runs does each bug show?'" \
        -e "dim = 'each program run $runs times by itself and under each detector; the last column is poolbench check, on the pool ring with the bug switched on'" \
        -e "foot = '$("$program" --version | head -n 1 | tr -d "'")   |   $(gcc --version | head -n 1 | tr -d "'"), $(valgrind --version)'" \
        -e "bugs = '$(echo $bugs)'" plot/detectors.gp || status=1
done
cat "$table"
exit $status
