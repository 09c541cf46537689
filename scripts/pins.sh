#!/bin/sh
# Compiles requirements*.in into exact pins and package.json into its lock file. Neither may name a host.
set -eu
cd "$(dirname "$0")/.."
uv=$(command -v uv || echo .venv/bin/uv)
for kind in requirements requirements-dev; do
    echo "[pins] $kind.txt"
    "$uv" pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url "$kind.in" -o "$kind.txt"
done
echo "[pins] package-lock.json"
npm install --package-lock-only --ignore-scripts --no-audit --no-fund --silent --omit-lockfile-registry-resolved
