#!/bin/sh
# Includes are written from the root and point one way:
# tests -> bench -> {workloads, faults} -> pools/core, and pools/*.c -> pools/core.
cd "$(dirname "$0")/.." || exit 1
found=$(mktemp)
trap 'rm -f "$found"' EXIT

# includes FOLDER PATTERN: the lines of FOLDER that include what PATTERN says
includes() { [ -d "$1" ] && grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]$2" "$1" --include='*.[ch]' --include='*.cc'; }

for folder in pools workloads faults bench tests; do
    includes $folder '\.\.?/'
    includes $folder '[^">]*\.c[">]'
done >>"$found"
{
    includes pools '(bench|workloads|faults|tests)/'
    includes pools 'pools/' | grep -v '"pools/core/'
    includes workloads '(bench|faults|tests)/'
    includes faults '(bench|workloads|tests)/'
    includes bench 'tests/'
    for folder in workloads faults bench; do includes $folder 'pools/' | grep -v '"pools/core/'; done
} >>"$found"
if [ -s "$found" ]; then
    cat "$found"
    echo "includes: $(wc -l <"$found") point the wrong way"
    exit 1
fi
echo "includes: all point the right way"

# Long files are worth a look; they fail nothing.
find pools workloads faults bench tests -name '*.[ch]' | xargs wc -l | awk '$2 != "total" && $1 > 400 {print "long file: " $2 ", " $1 " lines"}'
