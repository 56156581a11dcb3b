#!/bin/sh
# measured.sh PROGRAM BUILD - the measured program has no injection point: its
# pools' object code (adapters of others and the plug-in of ours are built apart) is, byte for byte, what comes of the sources without the
# faults folder and with each injection point taken out by hand; and no name of a
# fault or of an injection stands in it. It shows plug-ins no function of its own that is not in
# bench/exported.list.
program=$1 build=$2
cd "$(dirname "$0")/.." || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
fail() { echo "measured: $*"; exit 1; }

cp -r Makefile pools "$folder"
find "$folder/pools" -name '*.[ch]' ! -name inject.h | xargs sed -i 's/POOL_DEFECT([A-Z_]*)/0/g; s/POOL_STEP("[^"]*");/;/; s/POOL_GUARD([^;]*);/;/'
objects=$(cd "$folder" && find pools -name '*.c' ! -path 'pools/peers/*' ! -path 'pools/plugin/*' | sed 's|\(.*\)\.c|build/\1.o|')
[ -n "$objects" ] || fail "no sources"
# shellcheck disable=SC2086
make --no-print-directory -s -C "$folder" BUILD=build $objects || fail "does not build without the faults"
for object in $objects; do
    strip -g -o "$folder/with" "$build/${object#build/}" && strip -g -o "$folder/without" "$folder/$object" &&
        cmp -s "$folder/with" "$folder/without" || fail "$object is not the same without injection points"
done

if nm "$program" | grep -i 'pool_defect\|pool_step\|[^a-z]fault_'; then fail "symbols of injections in $program"; fi
for name in $(nm -D --defined-only "$program" | awk '$2 == "T" {print $3}'); do
    grep -qx " *$name;" bench/exported.list || fail "$program exports $name"
done
# slow-consumer is a workload, too.
for name in $(sed -n 's/.*\.name = "\([a-z-]*\)".*/\1/p' faults/*.c | grep -v '^slow-consumer$'); do
    if strings -a "$program" | grep -qx -- "$name"; then fail "$program holds the name $name"; fi
done
echo "measured: $(echo "$objects" | wc -l) objects the same without injection points, no name of a fault"
