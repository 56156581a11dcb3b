# rows.sh - for proofs that take hours; they source it, with $program set. Each count is recorded when it is
# there, and a later call goes on from there: of the same program (and plug-in), the same number of runs and of
# those at once. RECORD=FILE: the record, a line each; calls beside each other may share it.
# AT_ONCE=6: how many cells run at once, where no times are told; a third of it on one CPU.
record=${RECORD:-build/prove-check.rows}
limit=${LIMIT:-20000} # seconds, of a count
at_once=${AT_ONCE:-$((3 * $(nproc)))}
at_once_few=$(((at_once + 2) / 3))
revision=$("$program" --version | sed -n '1s/^[^(]*(\([^)]*\)).*/\1/p')
cpu=$(taskset -pc $$ | sed 's/.*: //; s/[-,].*//')
kept=$(mktemp -d) || exit 1
child='' load=''
trap 'kill $child $load 2>/dev/null; rm -rf "$kept"' EXIT
trap 'exit 130' INT TERM

# load_begin, load_end: every CPU kept busy
load_begin() {
    for _ in $(seq "$(nproc)"); do
        timeout "$limit" sh -c 'while :; do :; done' &
        load="$load $!"
    done
}
load_end() {
    kill $load 2>/dev/null
    wait $load 2>/dev/null
    load=''
}

# run WORDS...: a check, its output in $kept/said. Fails where it was not carried to its end.
run() {
    timeout "$limit" "$@" >"$kept/said" 2>"$kept/progress" & # so that a signal is taken at once
    child=$!
    wait "$child"
    status_of_run=$?
    child=''
    case $status_of_run in 0 | 1 | 3) return 0 ;; esac
    echo "$*: exit status $status_of_run" >&2
    tail -n 1 "$kept/progress" >&2
    return 1
}

# more MOST SO_FAR OF_TWO: how many runs of each cell are left until a row has MOST, where two of each that
# can be had more of made OF_TWO
more() {
    [ "$3" -gt 0 ] && [ "$1" -gt "$2" ] && echo $(((($1 - $2) * 2 + $3 - 1) / $3)) || echo 0
}

# counted KEY PLUGIN COMMAND...: what the command counts, into $count; from the record, where it has it.
# PLUGIN: a file that it loads, or ''.
counted() {
    asked_for=$1
    key="$revision $(cat "$program-check" $2 2>/dev/null | cksum | tr ' ' -), $asked_for"
    shift 2
    count=$(awk -F'\t' -v key="$key" '$1 == key {count = $2} END {print count}' "$record" 2>/dev/null)
    [ -z "$count" ] || { echo "from $record: $asked_for" >&2; return 0; }
    "$@" || return 1
    printf '%s\t%s\n' "$key" "$count" >>"$record"
}
