#!/bin/sh
# duet.sh BASE - a pool of your own at revision BASE against this tree's, in one duet: what a
# CI job calls, and what you can call by hand. Copy it into your repository.
#
# It checks BASE out beside this tree (a git worktree, removed again), builds the plug-in of
# both in the same way, and writes into $OUT:
#   duet.json    the result         comment.md   for the pull request; why, when nothing was measured
#   junit.xml    for the CI server  history.db   what was measured before, to be kept between runs
#
# From the environment:
#   BUILD      builds the plug-in, in the root of a tree       (default: make plugin)
#   PLUGIN     the file that this makes, from that root        (default: build/plugin.so)
#   POOLBENCH  the program                                     (default: poolbench)
#   OUT        where to                                        (default: poolbench-ci)
#   BUDGET     of time, for all benchmarks                     (default: 2m)
#   THRESHOLD  slower by this is a regression                  (default: 3%)
#   UNDECIDED  pass, or fail: then 4 where something is undecided  (default: pass)
#   MACHINE    what the history calls the machine; one name for runners of the same kind
#   DUET       further options, as in: -p mine -w empty -w cpu:size=1us -t 2
#   REFERENCE  a plug-in that stays, against which this tree is measured, too, for history.db and no verdict: so its
#              rows are a course. Where there is no such file this base becomes it; keep it between runs
#
# Exit status: 0 no regression; 1 a regression, or this tree does not build; 2 wrong usage, a
# plug-in that cannot be loaded, or a result that could not be written; 3 there is nothing to
# compare with: BASE is not here, or does not build, or fails; or this machine cannot measure;
# 4 undecided, with UNDECIDED=fail; 5 the new side failed, maybe by chance; 130 interrupted
# (by SIGHUP 129, by SIGTERM 143).
base=$1
build=${BUILD:-make plugin} plugin=${PLUGIN:-build/plugin.so} poolbench=${POOLBENCH:-poolbench} out=${OUT:-poolbench-ci}

say() { echo "duet.sh: $*" >&2; }
# end STATUS WHY: nothing was measured, and the page says so, with the last words of a duet that refuses.
end() {
    say "$2"
    [ -d "$out" ] && {
        printf '**poolbench duet: nothing was measured**\n\n    %s\n' "$2"
        [ ! -s "${tree:-/nonexistent}/said" ] || tail -n 8 "$tree/said" | tr -d '\r\033' | sed 's/^/    /'
    } >"$out/comment.md"
    exit "$1"
}

if [ $# != 1 ] || [ -z "$base" ]; then
    say "which revision? duet.sh BASE, as in duet.sh origin/main"
    exit 2
fi
command -v git >/dev/null || { say "no program git here"; exit 2; }
root=$(git rev-parse --show-toplevel 2>&1) || { say "no git repository here ($(echo "$root" | head -n 1))"; exit 2; }
cd "$root" || exit 2
mkdir -p "$out" || exit 2
out=$(cd "$out" && pwd) || exit 2
rm -f "$out/duet.json" "$out/comment.md" "$out/junit.xml" "$out/reference.json"
command -v "$poolbench" >/dev/null || end 2 "no program $poolbench (POOLBENCH names it)"
commit=$(git rev-parse --verify --quiet "$base^{commit}") ||
    end 3 "no revision $base here; a shallow clone has no older ones (fetch-depth: 0, GIT_DEPTH: 0)"

# What others have changed there since the two parted differs, too, the other way round.
lacks=0 note=
git merge-base "$commit" HEAD >/dev/null 2>&1 && lacks=$(git rev-list --count "HEAD..$commit")
if [ "$lacks" != 0 ]; then
    note="note: this tree lacks $lacks of the revisions of $base, which differ, too (from where it began: git merge-base $base HEAD)"
    say "$note"
fi

# runs PROCESS: it does; a zombie, which nobody awaits where a container has no init, has no command.
runs() { [ -n "$(tr -d '\0' <"/proc/$1/cmdline")" ]; } 2>/dev/null
# What a run that was killed has left.
git worktree list --porcelain | sed -n 's|^worktree \(.*/poolbench-duet\.[0-9]*\.[^/]*\)/base$|\1|p' | while read -r old; do
    number=${old##*/poolbench-duet.}
    runs "${number%%.*}" || { git worktree remove --force "$old/base" 2>/dev/null; rm -rf "$old"; }
done
tree=$(mktemp -d "${TMPDIR:-/tmp}/poolbench-duet.$$.XXXXXX") || exit 2
trap 'git worktree remove --force "$tree/base" >/dev/null 2>&1; rm -rf "$tree"; git worktree prune' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
git worktree add --quiet --detach "$tree/base" "$commit" || end 3 "cannot check out $base"
# Submodules are not checked out with it; where this tree has its own, the base gets them too.
if git submodule status 2>/dev/null | grep -q '^[ +]'; then
    git -C "$tree/base" submodule --quiet update --init --recursive >&2 || say "not all submodules of $base are here"
fi

# make_plugin TREE COPY: builds there; the copy stays as it is, whatever is built later. That none can be made
# (a full disk) says nothing about a tree.
make_plugin() {
    (cd "$1" && sh -c "$build") >&2 && [ -f "$1/$plugin" ] || return
    cp "$1/$plugin" "$2" || end 3 "cannot copy $plugin to $tree"
}
make_plugin "$tree/base" "$tree/base.so" || end 3 "$base does not build: $build, which is to make $plugin"
make_plugin "$root" "$tree/new.so" || end 1 "this tree does not build: $build, which is to make $plugin"

# Against the base of the moment each ratio is of another base: a step would be in one of them, and a creep in none.
against=
if [ -n "$REFERENCE" ]; then
    [ -s "$REFERENCE" ] || { cp "$tree/base.so" "$REFERENCE.new" && mv "$REFERENCE.new" "$REFERENCE"; } ||
        end 3 "cannot copy $plugin to $REFERENCE"
    cmp -s "$REFERENCE" "$tree/base.so" || against=$REFERENCE
fi

# measure BASE RESULT HISTORY. Words of $DUET are options.
measure() {
    # shellcheck disable=SC2086
    POOLBENCH_HISTORY="$3" "$poolbench" duet --base "$1" --new "$tree/new.so" --budget "${BUDGET:-2m}" \
        --threshold "${THRESHOLD:-3%}" --undecided "${UNDECIDED:-pass}" --revision "$(git describe --always --dirty)" \
        ${MACHINE:+--machine "$MACHINE"} -o "$2" $DUET
}
history=$out/history.db
[ -z "$against" ] || history=
# Why it refuses is for the page, too; somebody at a terminal sees it, and how far it is.
if [ -t 2 ]; then
    measure "$tree/base.so" "$out/duet.json" "$history"
    status=$?
else
    measure "$tree/base.so" "$out/duet.json" "$history" 2>"$tree/said"
    status=$?
    cat "$tree/said" >&2
fi
[ -s "$out/duet.json" ] || end "$status" "poolbench duet ended with status $status and no result"
"$poolbench" export "$out/duet.json" --format markdown >"$out/comment.md" &&
    { [ -z "$note" ] || printf '\n%s\n' "$note" >>"$out/comment.md"; } &&
    "$poolbench" export "$out/duet.json" --format junit >"$out/junit.xml" || exit 2
if [ -n "$against" ]; then
    measure "$against" "$out/reference.json" "$out/history.db" >&2
    [ -s "$out/reference.json" ] ||
        say "not measured against $against: the history has no row of this tree (without that file the next base takes its place)"
fi
exit "$status"
