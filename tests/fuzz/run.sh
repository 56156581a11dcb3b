#!/bin/sh
# run.sh BUILD/fuzz-TARGET SECONDS BUILD - fuzzes one target, from the inputs in
# tests/fuzz/corpus/TARGET; new ones go to BUILD/corpus, findings to BUILD/found.
program=$1 seconds=$2 build=$3
target=${program##*/fuzz-}
mkdir -p "$build/corpus/$target" "$build/found" || exit 1
timeout $((seconds + 120)) "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2560 -print_final_stats=1 -verbosity=0 \
    -dict=tests/fuzz/words.dict -artifact_prefix="$build/found/$target-" \
    "$build/corpus/$target" "tests/fuzz/corpus/$target" >"$build/found/$target.txt" 2>&1 || {
    tail -n 40 "$build/found/$target.txt"
    echo "fuzz: $target: found $(ls "$build/found/$target-"* 2>/dev/null | tail -n 1); mend it, and put the input into tests/fuzz/corpus/$target"
    exit 1
}
awk -v target="$target" '/number_of_executed_units/ { print "fuzz: " target ": " $2 " inputs, clean" }' "$build/found/$target.txt"
