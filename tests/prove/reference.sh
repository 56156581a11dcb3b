#!/bin/sh
# reference.sh - makes results/reference again, one run after another: on a quiet machine, by the program of a tree
# that is committed as it is (make reference builds it). What an earlier part has changed is no matter, so that one that
# was disturbed can be made again: results/reference, README.md and docs/peers.md may differ. Kept of each are the
# result and its figures (PNG), of the suite its page, too. What the README and docs/ say of them in words is not
# changed: read it again. The figures of the recorded load (trace/) belong to what docs/plan.md prints, and are made
# with that.
#
#   WITH    further options of the runs, to try this script: WITH='--rounds 1 --budget 5ms'
#   ONLY    of these names only: suite burst search peers check page
#
# reference.sh --revision: prints what the program that measures is to be of. Exit status: 2 the tree is not clean, or
# the program is of another one; else what a run ended with that could not be made.
cd "$(dirname "$0")/../.." || exit 2
reference=results/reference
export POOLBENCH_HISTORY=

revision=$(git describe --always --abbrev=10) || exit 2
changed=$(git status --porcelain --untracked-files=no -- . ":!$reference" ':!README.md' ':!docs/peers.md') || exit 2
if [ -n "$changed" ]; then
    echo "reference: the tree is not clean: what is measured has to be what is committed" >&2
    exit 2
fi
[ "$1" != --revision ] || { echo "$revision"; exit 0; }
./poolbench --version | grep -qF "($revision)" || { echo "reference: ./poolbench is not of $revision (make reference)" >&2; exit 2; }
for name in $ONLY; do
    case $name in
    suite | burst | search | peers | check | page) ;;
    *) echo "reference: no run \"$name\" (of suite burst search peers check page)" >&2; exit 2 ;;
    esac
done

# pictures NAME: of its figures the PNGs stay.
pictures() { find "$reference/$1" \( -name '*.svg' -o -name '*.tsv' -o -name '*.html' -o -name '*.hgrm' \) -delete; rmdir "$reference/$1/hgrm" 2>/dev/null; }
wanted() { case " ${ONLY:-$1} " in *" $1 "*) echo "== $1" ;; *) return 1 ;; esac; }
# measure NAME COMMAND...: 1 says that a promise was broken, which some of them are to show.
measure() {
    name=$1 status=0
    shift
    wanted "$name" || return 0
    rm -f "$reference/$name.json" "$reference/$name"/*.png
    # shellcheck disable=SC2086
    ./poolbench "$@" $WITH -o "$reference/$name.json" >"$folder/$name.txt" || status=$?
    [ "$status" -le 1 ] || exit "$status"
    pictures "$name"
}
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT

measure suite run
measure burst sweep -w burst:rate=10k..160k,of=cpu:size=5us,dist=exp -p mutex,textbook,ring -t 2 --slo p99=1ms
find $reference/burst -name '*-rate-*' ! -name '*-rate-80000-*' -delete # of the rates one is enough
measure search sweep --slo p99=5ms -w burst:of=cpu:size=20us,dist=exp -p ring,mutex,textbook -t 2
measure peers run --peers -w empty -w cpu:size=1us -t 1,2 --budget 700ms --seed 20261129
WITH='' measure check check -g known
rm -f $reference/check.json
if wanted page; then
    rm -f "$reference/suite.html"
    ./poolbench report "$reference/suite.json" -o "$reference/suite.html" >/dev/null || exit
    "${CHROMIUM:-chromium}" --headless --no-sandbox --hide-scrollbars --window-size=1280,1640 \
        --screenshot="$reference/suite/page.png" "file://$PWD/$reference/suite.html" >/dev/null 2>&1 ||
        echo "reference: no ${CHROMIUM:-chromium} here: $reference/suite/page.png is as it was" >&2
fi
