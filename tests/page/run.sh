#!/bin/sh
# run.sh FOLDER - the pages of `poolbench report` in a real browser: Debian's Chromium, driven by two packages
# of npm that package-lock.json pins. FOLDER (below build/) gets the packages, the pages and the screenshots.
#
# Where Chromium, node or npm's packages are not to be had, it says so and what is missing; with
# PAGE_MUST=yes, as in the gate and in `make test-page`, that is a failure, else nothing was tested.
cd "$(dirname "$0")/../.." || exit 1
folder=$1
mkdir -p "$folder" || exit 1
folder=$(cd "$folder" && pwd)
poolbench=${POOLBENCH:-./poolbench}
CHROMIUM=${CHROMIUM:-chromium}
export CHROMIUM

missing() {
    if [ "${PAGE_MUST:-}" = yes ]; then
        echo "page: $1"
        exit 1
    fi
    echo "page: SKIPPED, no page was looked at in a browser: $1"
    exit 0
}

command -v "$CHROMIUM" >/dev/null || missing "no $CHROMIUM here (Debian: chromium)"
command -v node >/dev/null || missing "no node here (Debian: nodejs)"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] || missing "node $(node --version) is too old (18 at least)"

# What is there already by this very lock is not fetched again.
if ! cmp -s tests/page/package-lock.json "$folder/installed.json"; then
    command -v npm >/dev/null || missing "no npm here (Debian: npm)"
    rm -f "$folder/installed.json"
    cp tests/page/package.json tests/page/package-lock.json "$folder" || exit 1
    (cd "$folder" && timeout 120 npm ci --ignore-scripts --no-fund --no-audit --silent >npm.txt 2>&1) ||
        missing "npm could not install: $(tail -n 1 "$folder/npm.txt")"
    cp tests/page/package-lock.json "$folder/installed.json" || exit 1
fi

POOLBENCH=$poolbench timeout 120 sh tests/page/pages.sh "$folder/pages" || exit 1
POOLBENCH=$poolbench PAGES=$folder/pages NODE_PATH=$folder/node_modules timeout 1800 node --test --test-concurrency=2 --test-reporter=spec tests/page/ \
    >"$folder/test.txt" 2>&1
status=$?
if [ $status != 0 ]; then
    cat "$folder/test.txt"
    exit 1
fi
set -- "$folder"/pages/*.html
echo "page: $# pages, $(sed -n 's/^. pass //p' "$folder/test.txt") tests passed in a browser; screenshots in ${folder#"$PWD"/}/pages/shots"
