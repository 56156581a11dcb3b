#!/bin/sh
# run.sh - explores forks.pml for two workers: no error; and each mutant: an error.
model=$(cd "$(dirname "$0")" && pwd)/forks.pml
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# errors FLAG...: how many SPIN finds
errors() { spin -DWORKERS=2 "$@" -run -safety -m1000000 "$model" 2>&1 | sed -n 's/.*errors: \([0-9]*\).*/\1/p'; }

found=$(errors)
[ "$found" = 0 ] || { echo "models: forks: $found errors"; exit 1; }
echo "models: forks: every interleaving of two workers, no error"
for mutant in NO_CALL NO_ANNOUNCE NO_WAKE PLAIN_BACK; do
    found=$(errors -D$mutant)
    [ "${found:-0}" -gt 0 ] || { echo "models: forks: mutant $mutant was not caught"; exit 1; }
    echo "models: forks: mutant $mutant caught"
done
