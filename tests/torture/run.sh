#!/bin/sh
# run.sh PROGRAM SECONDS: runs a torture for each pool; status 77 is "cannot be
# done here", said aloud and not a failure. $RUN: a program that runs it, in words;
# $SLOWER: how many times as long it may take.
program=$1 seconds=$2
for pool in inline mutex ring spawn steal textbook; do
    timeout $(((seconds * 4 + 120) * ${SLOWER:-1})) $RUN "$program" --pool $pool --seconds "$seconds"
    status=$?
    case $status in
    0) ;;
    77) echo "$program $pool: skipped" ;;
    *) echo "$program $pool: FAILED with status $status" >&2; exit 1 ;;
    esac
done
