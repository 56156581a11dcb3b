#!/bin/sh
# compare.sh REVISION [OPTION...] - our own pools of that revision against those of this
# tree, in a duet. The revision is checked out beside this tree, in a git worktree that is
# removed again, and its pools are built with this tree's rules, so that both sides differ
# in their sources only. Ends with the duet's exit status.
cd "$(dirname "$0")/../.." || exit 2
fail() { echo "compare: $*" >&2; exit 2; }

# Other words than git's own, where it cannot look.
command -v git >/dev/null || fail "no program git here"
why=$(git rev-parse --git-dir 2>&1) || fail "no git repository here ($(echo "$why" | head -n 1))"
# runs PROCESS: it does; a zombie, which nobody awaits where a container has no init, has no command.
runs() { [ -n "$(tr -d '\0' <"/proc/$1/cmdline")" ]; } 2>/dev/null
# What a comparison that was killed has left.
for old in build/compare.*; do
    [ -d "$old" ] || continue
    runs "${old##*.}" && continue
    git worktree remove --force "$old/tree" >/dev/null 2>&1
    rm -rf "$old"
done
[ -n "$1" ] || fail "which revision? make compare BASE=<git revision>, as in BASE=HEAD~1"
commit=$(git rev-parse --verify --quiet "$1^{commit}") || fail "no revision \"$1\" in this repository (git log --oneline)"
name=$1
shift

folder=build/compare.$$
trap 'git worktree remove --force "$folder/tree" >/dev/null 2>&1; rm -rf "$folder"; git worktree prune' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$folder" || exit 2
git worktree add --quiet --detach "$folder/tree" "$commit" || fail "cannot check out $name"

abi() { sed -n 's/^#define POOL_ABI \([0-9]*\).*/\1/p' "$1/pools/core/pool.h" 2>/dev/null; }
theirs=$(abi "$folder/tree") ours=$(abi .)
[ -n "$theirs" ] || fail "$name has no pools to compare with (no pools/core/pool.h with a POOL_ABI)"
[ "$theirs" = "$ours" ] ||
    fail "$name has version $theirs of the pool contract, this tree has $ours: they cannot be measured in one program"

# pools TREE INTO WHOSE: builds them, with the thread-locals that $tls says.
pools() {
    make --no-print-directory -s BUILD="$folder/$2" FROM="$1" ${tls:+TLS="$tls"} "$folder/$2/pools.so" ||
        fail "the pools of $3 do not build"
}
thread_locals() { readelf -lW "$1" | awk '$1 == "TLS" {print $6}'; }

tls=
pools "$folder/tree" base "$name"
# The loader has little room for fast thread-locals; then neither side gets them.
size=$(thread_locals "$folder/base/pools.so")
if [ $((${size:-0})) -gt 512 ]; then
    echo "compare: the thread-locals of $name are too large for fast access: both sides are built without" >&2
    tls=-ftls-model=global-dynamic
    rm -rf "$folder/base"
    pools "$folder/tree" base "$name"
fi
pools . new "this tree"
cp "$folder/base/pools.so" "$folder/base.so" && cp "$folder/new/pools.so" "$folder/new.so" || exit 2
echo "compare: $name ($(git log -1 --format='%h, %cs, "%s"' "$commit")) against this tree" >&2
"${POOLBENCH:-./poolbench}" duet --base "$folder/base.so" --new "$folder/new.so" "$@"
