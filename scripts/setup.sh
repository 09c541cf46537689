#!/bin/sh
# Provides .venv with the pinned packages. Usage: scripts/setup.sh run|dev   (dev: also tests and checks)
# A second call is quick: a stamp inside .venv remembers which pins are installed.
set -eu
cd "$(dirname "$0")/.."
kind="${1:-run}"

say() { echo "[setup] $*"; }
give_up() { echo "[setup] $*" >&2; exit 1; }

exec 9<scripts/setup.sh
if command -v flock >/dev/null 2>&1; then flock 9; fi

good_python() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1; }

find_python() {
    for name in ${PYTHON_BIN:-} python3 python3.13 python3.12 python3.11 python3.14 /usr/bin/python3; do
        if command -v "$name" >/dev/null 2>&1 && good_python "$name"; then command -v "$name"; return; fi
    done
    give_up "Python 3.11 or newer is needed and was not found. On Debian or Ubuntu: apt-get install python3 python3-venv. Or name one: PYTHON_BIN=/path/to/python3 make $kind"
}

make_environment() {
    python=$(find_python)
    say "making the Python environment .venv with $("$python" --version)"
    rm -rf .venv
    if command -v uv >/dev/null 2>&1 && uv venv --quiet --python "$python" .venv 9<&-; then return; fi
    "$python" -m venv .venv || give_up "The module venv is missing. On Debian or Ubuntu: apt-get install python3-venv"
}

find_uv() {
    if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then echo uv; return; fi
    if [ ! -x .venv/bin/uv ]; then .venv/bin/python -m pip install --quiet uv >/dev/null 2>&1 || true; fi
    if [ -x .venv/bin/uv ]; then echo .venv/bin/uv; fi
}

install() {
    uv=$(find_uv)
    if [ -n "$uv" ]; then
        if "$uv" pip install --quiet --python .venv/bin/python "$@" 9<&-; then return; fi
        say "uv could not install the packages, trying pip"
    fi
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip --upgrade >/dev/null
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@" \
        || give_up "The Python packages could not be installed (reason above). A package index must be reachable: behind a proxy set https_proxy, with a mirror set PIP_INDEX_URL."
}

if [ ! -x .venv/bin/python ] || ! good_python .venv/bin/python; then make_environment; fi

files="-r requirements.txt"
sums=$(cat requirements.txt | cksum)
if [ "$kind" = dev ]; then
    files="$files -r requirements-dev.txt"
    sums=$(cat requirements.txt requirements-dev.txt | cksum)
fi
stamp=".venv/installed-$kind"
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$sums" ]; then
    say "installing the Python packages of $(echo "$files" | sed 's/-r //g') (about a minute the first time)"
    # shellcheck disable=SC2086
    install $files
    echo "$sums" >"$stamp"
    if [ "$kind" = dev ]; then cat requirements.txt | cksum >.venv/installed-run; fi
fi
