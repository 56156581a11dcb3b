#!/bin/sh
# self.sh PROGRAM - the runner's tests of itself (self/self.c): each outcome is told
# from the others. $RUN: a program that runs it, in words.
said=$($RUN "$1" -j3 2>&1)
status=$?
wanted='Tested: 9 | Passing: 3 | Failing: 2 | Crashing: 3 | Skipped: 1'
case "$said" in *"$wanted"*) ;; *) status=2 ;; esac
case "$said" in *"[FAIL] self/fails: "*"1 + 1 == 3: it is 2"*) ;; *) status=2 ;; esac
case "$said" in *"[SKIP] self/is_skipped: not today, nor here"*) ;; *) status=2 ;; esac
case "$said" in *"[TIME] self/is_late"*) ;; *) status=2 ;; esac
$RUN "$1" --filter 'self/passes' >/dev/null 2>&1 || status=3
case "$($RUN "$1" -j3 --without self/passes 2>&1)" in
*"[SKIP] self/passes: left out as asked"*'Passing: 2 | Failing: 2 | Crashing: 3 | Skipped: 2'*) ;;
*) status=5 ;;
esac
case "$($RUN "$1" -j3 --without self/passes --without 'self/fails_*' 2>&1)" in
*"[SKIP] self/passes: left out as asked"*'Passing: 0 | Failing: 1 | Crashing: 3 | Skipped: 3'*) ;;
*) status=6 ;;
esac
$RUN "$1" --filter 'self/none' >/dev/null 2>&1 && status=4
[ $status = 1 ] || { echo "$said"; echo "runner: wrong ($status), wanted: $wanted"; exit 1; }
echo "runner: tells every outcome apart"
