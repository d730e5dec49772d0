#!/bin/sh
# Writes requirements.lock: the packages of pyproject.toml with the dev extra and the build
# backend, pinned with hashes, without the addresses of any index.
#
# Needs the oldest supported Python, so that every pinned version runs on it and on newer ones.
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-python3.11}
tools=build/lock
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' ||
    { echo "lock: needs Python 3.11 (PYTHON=path)" >&2; exit 1; }
[ -x "$tools/bin/pip-compile" ] || {
    "$python" -m venv "$tools"
    "$tools/bin/pip" install -q 'pip-tools==7.6.2'
}
"$tools/bin/pip-compile" --quiet ${UPGRADE:+--upgrade} --strip-extras --generate-hashes \
    --extra dev --build-deps-for editable --allow-unsafe \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header \
    --output-file requirements.lock pyproject.toml
header='# Made by `make lock` (UPGRADE=1 takes newer versions); do not edit.'
printf '%s\n%s\n' "$header" "$(cat requirements.lock)" >requirements.lock.new
mv requirements.lock.new requirements.lock
