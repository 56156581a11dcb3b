#!/bin/sh
# together.sh COMMAND... - runs commands, each of which keeps one CPU busy, all at once; what each
# prints comes whole, in their order. Exit status 1 where one of them failed.
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
n=0 started=
for command; do
    n=$((n + 1))
    sh -c "$command" >"$folder/$n" 2>&1 &
    started="$started $!"
done
n=0 status=0
for process in $started; do
    n=$((n + 1))
    wait "$process" || status=1
    cat "$folder/$n"
done
exit $status
