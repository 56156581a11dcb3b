#!/bin/sh
# fences.sh COMPILER... -- FILE.c... - none of these sources makes other code with the fences of processors
# where an exchange is none (pools/core/explored.h): poolbench-explore-c11 is linked with the other
# program's objects of them. Those whose text is the same are not compiled.
command=
while [ "$1" != -- ]; do
    command="$command $1"
    shift
done
shift
with=$(mktemp) without=$(mktemp) || exit 1
trap 'rm -f "$with" "$without"' EXIT

# same OPTION...: the compiler's output of $file
same() {
    $command "$@" -o - "$file" >"$without" && $command "$@" -o - -DPOOL_EXPLORED_C11 "$file" >"$with" || exit 1
    [ -s "$with" ] && cmp -s "$without" "$with"
}

for file; do
    same -E -P || same -S || { echo "$file: has fences (explored.h), and is not in FENCED of the Makefile"; exit 1; }
done
echo "fences: the other $# sources have none"
