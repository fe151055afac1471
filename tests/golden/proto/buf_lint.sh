#!/usr/bin/env bash
# Lints the .proto files and checks their layout; on a commit after a release,
# also checks that no client of that release breaks.
# usage: buf_lint.sh TOOLS_DIR   (where buf is, or gets installed by pip)
set -euo pipefail

readonly BUF_VERSION=1.75.0
venv=$1/buf-$BUF_VERSION
cd "$(dirname "$0")/../../.."

if [[ ! -x $venv/bin/buf ]]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check \
    "buf-bin==$BUF_VERSION"
fi

"$venv/bin/buf" lint proto
"$venv/bin/buf" format --diff --exit-code --path proto/xenapi/v1 proto

if release=$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null); then
  "$venv/bin/buf" breaking proto --against ".git#tag=$release,subdir=proto"
fi
