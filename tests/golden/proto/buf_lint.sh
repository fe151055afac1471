#!/usr/bin/env bash
# Lints the .proto files and checks their layout; on a commit after a release,
# also checks that no client of that release breaks.
# usage: buf_lint.sh TOOLS_DIR   (where buf is, or gets installed by npm)
set -euo pipefail

readonly BUF_VERSION=1.75.0
tools=$1
buf=$tools/node_modules/.bin/buf
cd "$(dirname "$0")/../../.."

if [[ ! -x $buf ]]; then
  mkdir -p "$tools"
  npm install --silent --no-audit --no-fund --no-save --prefix "$tools" \
    "@bufbuild/buf@$BUF_VERSION"
fi

"$buf" lint proto
"$buf" format --diff --exit-code --path proto/xenapi/v1 proto

if release=$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null); then
  "$buf" breaking proto --against ".git#tag=$release,subdir=proto"
fi
