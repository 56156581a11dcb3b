#!/bin/sh
# lint.sh - which folder may include which: the one table; and no circle of includes.
#
# Includes are written from the root, so that a wrong arrow can be seen. A folder may
# include itself, what its row names, and libraries. To let a folder see another, add
# it to the row, as long as no circle comes of it.
cd "$(dirname "$0")/.." || exit 1

rules() {
    cat <<'ROWS'
pools/core:
pools:              pools/core
pools/peers:        pools/core
pools/plugin:       pools/core
workloads/core:     pools/core
workloads:          workloads/core pools/core
faults/core:        pools/core
faults:             faults/core pools/core
faults/kinds:       faults/core pools/core
faults/programs:
bench/json:
bench/statistics:   bench/json workloads/core pools/core
bench/models:       bench/json bench/statistics workloads/core pools/core
bench/machine:      bench/json bench/statistics workloads/core pools/core
bench/results:      bench/json bench/statistics bench/machine workloads/core pools/core
bench/history:      bench/json bench/results bench/statistics bench/machine workloads/core pools/core
bench/findings:     bench/json bench/models bench/history bench/results bench/statistics bench/machine workloads/core pools/core
bench/show:         bench/json bench/models bench/findings bench/history bench/results bench/statistics bench/machine workloads/core pools/core
bench/figures:      bench/json bench/models bench/findings bench/history bench/results bench/statistics bench/machine workloads/core pools/core
bench/page:         bench/json bench/models bench/figures bench/show bench/findings bench/history bench/results bench/statistics bench/machine workloads/core pools/core
bench/measure:      bench/json bench/results bench/statistics bench/machine workloads/core pools/core
bench/commands:     bench/json bench/models bench/page bench/measure bench/history bench/show bench/figures bench/findings bench/results bench/statistics bench/machine workloads/core pools/core
bench/check:        bench/json bench/commands bench/history bench/measure bench/show bench/figures bench/results bench/statistics bench/machine faults/core workloads/core pools/core
bench/ledger:       pools/core
bench/scenarios:    bench/ledger pools/core
bench/explore:      bench/ledger bench/scenarios bench/json bench/commands bench/history bench/measure bench/show bench/figures bench/results bench/statistics bench/machine faults/core workloads/core pools/core
bench:              bench/json bench/commands bench/measure bench/machine
ROWS
    # Tests look at everything, but no test at another suite's.
    for suite in tests/*/; do
        echo "${suite%/}: tests/core $(for room in bench/*/; do printf '%s ' "${room%/}"; done) faults/core workloads/core pools/core"
    done
}

# FILE:LINE:TARGET of each include with quotes, and of those in angles that begin at
# one of our folders.
includes() {
    grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*("|<(pools|workloads|faults|bench|tests)/)' \
        pools workloads faults bench tests --include='*.[ch]' --include='*.cc' |
        sed -E 's/^([^:]*:[0-9]+):[^"<]*["<]([^">]*)[">].*/\1:\2/'
}

found=$(mktemp) || exit 1
trap 'rm -f "$found"' EXIT
{ rules; echo; includes; } | awk -F: '
    function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
    function wrong(why) { print $1 ":" $2 ": includes \"" $3 "\": " why }
    !rules_end && NF == 0 { rules_end = 1; next }
    !rules_end { may[$1] = " " $2 " "; gsub(/ +/, " ", may[$1]); next }
    $3 ~ /\.c$/ { wrong("no file includes a .c file"); next }
    $3 ~ /(^|\/)\.\.?\// { wrong("includes are written from the root"); next }
    {
        from = folder($1); to = folder($3)
        if (from == "faults/programs" && $3 !~ /\//) next # they stand alone, and are installed
        if (from == "tests/plugins" && $3 !~ /\//) next   # what a plug-in is compiled against
        if ($3 !~ /\//) { wrong("includes are written from the root") }
        else if (!(from in may)) { wrong("tests/lint.sh has no row for " from) }
        else if (from != to && index(may[from], " " to " ") == 0)
            wrong(from " may include" (may[from] == " " ? " nothing but itself" : may[from]) "(tests/lint.sh)")
    }' >"$found"
if [ -s "$found" ]; then
    cat "$found"
    echo "includes: $(wc -l <"$found") point the wrong way"
    exit 1
fi

# A unit is a .c with the .h of its name. tsort names the units of a circle.
circles() {
    includes | awk -F: '
        function unit(path) { sub(/\.[a-z]*$/, "", path); return path }
        unit($1) != unit($3) && $3 ~ /\// { print unit($1), unit($3) }' | sort -u | tsort 2>&1 >/dev/null |
        sed -n 's/^tsort: //p' | grep -v '^-:'
}
circles >"$found"
if [ -s "$found" ]; then
    tr '\n' ' ' <"$found"
    echo
    echo "includes: these units (a .c with its .h) include each other in a circle"
    exit 1
fi
echo "includes: all point the right way, and in no circle"

# What json_pack cannot make is NULL, and would be a hole in a document.
if grep -rnE '\bjson_(pack|string)\(' bench --include='*.[ch]' | grep -v '^bench/json/'; then
    echo "json: must_pack and must_text (bench/json/must.h) instead"
    exit 1
fi

# Out of memory is one line, not a signal.
if grep -rnE -B1 '\babort\(\)' bench --include='*.c' | grep -E 'if \(!|asprintf'; then
    echo "abort: must_memory (bench/json/must.h) instead"
    exit 1
fi

# What nobody builds may be no program any more, by a merge, say.
if git grep -nE '^(<<<<<<<|>>>>>>>) ' -- . || { command -v bash >/dev/null && ! bash -n docs/poolbench.bash; }; then
    echo "a merge that was never finished"
    exit 1
fi

# Results that are kept say ./poolbench, not in whose folder they were measured.
if kept=$(grep -rlE '"/[^"]*/poolbench[a-z-]*"' results/reference tests/fuzz/corpus tests/exports); then
    echo "$kept"
    echo "results: a command with a folder of the machine where it ran; ./poolbench instead"
    exit 1
fi

# What is printed first is read on a terminal.
if MAKEFLAGS= make --no-print-directory -s help | awk 'length > 80 { print; wide = 1 } END { exit !(wide || !NR) }'; then
    echo "make help: nothing, or lines of more than 80 columns"
    exit 1
fi

# After `make bench` all commands are there, and `make` has nothing left to build.
linked() { MAKEFLAGS= make --no-print-directory -s -n -o deps "$1" BUILD=build/none | grep -oE ' -o poolbench[a-z0-9-]* '; }
if [ "$(linked bench)" != "$(linked all)" ] || [ -z "$(linked all)" ]; then
    echo "make bench builds" $(linked bench)", make builds" $(linked all)
    exit 1
fi

# Links of the documentation lead to a file, and to a heading of it, named as GitHub does.
links() { awk '/^```/ { code = !code } !code && !/^    / { while (match($0, /\]\([^) :]*\)/)) {
               print substr($0, RSTART + 2, RLENGTH - 3); $0 = substr($0, RSTART + RLENGTH) } }' "$1"; }
headings() { sed -nE 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'; }
broken=$(for page in $(git ls-files '*.md'); do links "$page" | while read -r link; do
    file=$(dirname "$page")/${link%%#*}
    [ "${link%%#*}" ] || file=$page
    case $link in
    *'#'*) headings "$file" | grep -qxF -e "${link#*#}" ;;
    *) [ -e "$file" ] ;;
    esac || echo "$page: $link"
done; done)
if [ "$broken" ]; then
    echo "$broken"
    echo "links that lead nowhere"
    exit 1
fi

# Long files are worth a look; they fail nothing.
find pools workloads faults bench tests -name '*.[ch]' -exec wc -l {} + | awk '$2 != "total" && $1 > 400 {print "long file: " $2 ", " $1 " lines"}'
