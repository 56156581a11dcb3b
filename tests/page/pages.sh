#!/bin/sh
# pages.sh FOLDER - a page of each kind of result, made from short runs here and from what is kept in the
# repository. The figures of so short runs say nothing; only that they can be read is looked at.
poolbench=${POOLBENCH:-./poolbench}
folder=$1
rm -rf "$folder"
mkdir -p "$folder/results" || exit 1
results=$folder/results
POOLBENCH_HISTORY=$results/history.db
export POOLBENCH_HISTORY

# A command that must end with one of these statuses.
ends() {
    may=$1
    shift
    "$@" >"$folder/said.txt" 2>&1
    status=$?
    case " $may " in *" $status "*) return ;; esac
    echo "page: $* ends with $status:"
    cat "$folder/said.txt"
    exit 1
}
page() {
    name=$1
    shift
    ends 0 "$poolbench" report "$@" -o "$folder/$name.html"
}

quick="--no-figures --budget 10ms --rounds 3 --no-history"
short="$quick -p ring,mutex,inline -w empty -w cpu:size=1us -w cpu:size=10us -t 1,2"
# shellcheck disable=SC2086 # options
{
    ends 0 "$poolbench" run $short --seed 1 -o "$results/run.json"
    ends 0 "$poolbench" run $short --seed 2 -o "$results/again.json"
    ends 0 "$poolbench" sweep $quick -p ring,mutex -w cpu:size=1us..4us -t 1,2 -o "$results/sweep.json"
    ends "0 1" "$poolbench" run $quick -p ring -w burst:rate=2k,of=cpu:size=20us -t 2 --slo p99=20ms -o "$results/burst.json"
}
# Busy machines keep no promise, and that is a result.
ends "0 1 3 4" "$poolbench" plan --rate 2k --slo p99=50ms -w cpu:size=20us -p ring -t 1,2 --budget 5s --no-figures -o "$results/plan.json"
ends "0 1 4" "$poolbench" plan --from "$results/run.json" -p ring -w cpu:size=10us --rate 10k --machines 3 --slo p99=5ms -o "$results/fleet.json"
ends 0 "$poolbench" check -p ring,mutex -o "$results/check.json"
for seed in 1 2 3 4 5 6 7 8 9 10 11 12; do
    ends 0 "$poolbench" run -p ring -w empty -t 1 --rounds 2 --budget 5ms --seed $seed --no-figures -o "$results/past.json"
done

page suite results/reference/suite.json
page run "$results/run.json"
page sweep "$results/sweep.json"
page burst "$results/burst.json"
page search results/reference/search.json
page plan "$results/plan.json"
ends 0 "$poolbench" limits --no-figures -o "$results/limits.json"
page limits "$results/limits.json"
ends 0 "$poolbench" explore -p ring --schedules 200 -o "$results/explore.json"
page explore "$results/explore.json"
page fleet "$results/fleet.json"
page check "$results/check.json"
page duet tests/exports/duet.json
page compare "$results/run.json" "$results/again.json"
page several "$results/run.json" "$results/sweep.json" "$results/check.json" "$results/plan.json"
page history "$results/history.db"
