#!/bin/sh
# run.sh - fails the N-th call of each kind (shim.c) in short commands,
# for N = 1.. as many as a command makes, and prints the table of docs/robustness.md.
# Where these are many, it takes the first ones, then some in even strides to the last.
#
# POOLBENCH is the program, FAULTS_SHIM the shim, FAULTS_SECONDS the longest that it takes.
#
# Right is: status 0; or another one and a line on stderr, or in the matrix of `check`
# that says what cannot be judged here. Wrong: a crash (a status
# from 124), a hang (60 s), no line, a file that is neither the earlier one byte for byte
# nor a whole new one, a temporary file that stays; a history that cannot be read afterwards, or
# lacks a run that was in it (of a prune: the newest).
# Exit status: 0 where nothing was wrong; else 1, and what was is in the folder it names.
program=$(realpath "${POOLBENCH:-./poolbench}") pools=$(realpath "${FAULTS_POOLS:-build/pools.so}") shim=$(realpath "$FAULTS_SHIM") seconds=${FAULTS_SECONDS:-600}
work=$(mktemp -d) || exit 1
[ -f "$FAULTS_SHIM" ] && [ -x "$program" ] && [ -f "$pools" ] || { echo "faults-in: FAULTS_SHIM, POOLBENCH and FAULTS_POOLS name no files" >&2; exit 1; }
begun=$(date +%s)
kinds="malloc write flush open fsync rename thread process mmap quota"

# Drawn is what gnuplot would have been told; its own memory is not ours to fail.
mkdir "$work/bin" && printf '#!/bin/sh\nprintf "a picture to its end: </svg>IEND\\256B\\140\\202" >&3\n' >"$work/bin/gnuplot" && chmod +x "$work/bin/gnuplot"
PATH="$work/bin:$PATH"
ln -s "$(pwd)/plot" "$work/plot"
cd "$work" || exit 1

short="-p ring -w empty -t 1 --rounds 1 --budget 5ms --no-floor"
commands() {
    cat <<ROWS
compare|80|compare out.json out.json
plot|60|plot out.json
check|40|check -p ring -f late-add -t 2 -o out.json
run|16|run $short --no-figures -o out.json
limits|6|limits -o out.json --no-figures
history|30|history
history-import|30|history import other.json
history-prune|30|history prune --keep 1
export|30|export out.json --format csv
duet|10|duet --base $pools --new $pools -p ring -w empty -t 1 --budget 100ms -o out.json
ROWS
}

# A history of two runs, and a third run that is not in it.
earlier_history() {
    for file in first second other; do
        POOLBENCH_HISTORY= timeout 60 "$program" run $short --no-figures -o "$file.json" >out.txt 2>&1
    done
    POOLBENCH_HISTORY=earlier.db timeout 60 "$program" history import first.json second.json >out.txt 2>&1
    newest=$(sed -n 's/.*"date": *"\([^"]*\)".*/\1/p' second.json | head -n 1)
}

# Whether the history can be read, and has what it had.
keeps_history() { # NAME
    timeout 60 "$program" history --format json >history.json 2>&1 || return 1
    grep -q "\"date\": \"$newest\"" history.json || return 1
    [ "$1" = history-prune ] || [ "$(grep -c '"run":' history.json)" -ge 2 ]
}

# What stands there before: of the same command.
earlier() {
    rm -rf out out.json
    case $1 in
    plot | compare | history* | export) before="run $short --no-figures -o out.json" ;;
    *) before=$2 ;;
    esac
    timeout 60 "$program" $before >out.txt 2>&1
    [ -s out.json ] && cp out.json earlier.json
}

# Says what is wrong with a try, or nothing.
judge() { # STATUS NAME
    [ "$1" -lt 124 ] || { echo "ended by status $1"; return; }
    [ "$1" = 0 ] || [ -s err.txt ] || { [ "$1" = 3 ] && grep -q '^CANNOT' out.txt; } || { echo "status $1 without a line"; return; }
    cmp -s out.json earlier.json || [ "$(tail -n 1 out.json 2>/dev/null)" = "}" ] || { echo "DATA LOST"; return; }
    keeps_history "$2" || { echo "DATA LOST"; return; }
    ls -A . | grep -q '^\.poolbench-.*\.tmp$' && echo "a temporary file stays"
    # One pool of ours, without a bug: whatever fails, it is not the pool's.
    grep -qE '"verdict": *"(FAIL|FAILS)"' out.json && echo "a pool is accused"
}

try() { # KIND N ARGUMENTS: sets status and calls
    head -c 8 /dev/zero >counter
    cp earlier.json out.json
    rm -f results/history.db* && mkdir -p results && cp earlier.db results/history.db
    FAULT_CALL=$1 FAULT_AT=$2 FAULT_COUNTER=counter timeout -k 1 60 env LD_PRELOAD="$shim" "$program" $3 >out.txt 2>err.txt
    status=$?
    calls=$(od -An -tu8 counter | tr -d ' ')
}

# The N to try, of so many calls.
which_calls() { # CALLS TRIES
    awk -v calls="$1" -v tries="$2" 'BEGIN {
        first = calls <= tries ? calls : int(tries / 2)
        for (n = 1; n <= first; n++) print n
        left = tries - first
        if (calls > tries) for (i = 1; i <= left; i++) print first + int((calls - first) * i / left)
    }'
}

one_kind() { # NAME KIND TRIES ARGUMENTS
    injected=0 survived=0 said=0 lost=0 bad=0
    try "$2" 0 "$4"
    all=$calls
    for n in $(which_calls "$all" "$3"); do
        [ $(($(date +%s) - begun)) -lt "$seconds" ] || break
        try "$2" "$n" "$4"
        [ "$calls" -ge "$n" ] || continue
        injected=$((injected + 1))
        why=$(judge $status "$1")
        if [ -n "$why" ]; then
            bad=$((bad + 1))
            [ "$why" = "DATA LOST" ] && lost=$((lost + 1))
            mkdir -p "wrong/$1-$2-$n" && cp -f out.json out.txt err.txt "wrong/$1-$2-$n" 2>/dev/null
            echo "$1: $2 call $n: $why" >>wrong.txt
        elif [ $status = 0 ]; then
            survived=$((survived + 1))
        else
            said=$((said + 1))
        fi
        rm -f .poolbench-*.tmp
    done
    echo "| $1 | $2 | $all | $injected | $survived | $said | $bad | $lost |"
}

echo "| command | call | calls | faults injected | survived | an error, said | wrong | data lost |"
echo "|---|---|--:|--:|--:|--:|--:|--:|"
earlier_history
commands | grep -E "^(${FAULT_COMMANDS:-.*})\|" | while IFS='|' read -r name tries arguments; do
    earlier "$name" "$arguments"
    for kind in ${FAULT_KINDS:-$kinds}; do
        one_kind "$name" "$kind" "$tries" "$arguments" </dev/null
    done
done
if [ -s wrong.txt ]; then
    cat wrong.txt >&2
    echo "faults-in: see $work/wrong" >&2
    exit 1
fi
cd / && rm -rf "$work"
