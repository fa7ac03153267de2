#!/bin/sh
# test.sh: all checks, installed into .venv on the first call; every check runs, and one that fails fails the whole.
# Arguments go to pytest.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/packaging/environment.sh"

if [ -f "$root/hgt_studio/app/main.py" ]; then
    prepare_environment app,test
else
    prepare_environment test
fi

cd "$root"
PATH="$root/.venv/bin:$PATH"
failed=''
check() {
    echo "== $*"
    "$@" || failed="$failed [$*]"
}

check ruff check
check ruff format --check
check mypy
check lint-imports
check python -m pytest "$@"

if [ -n "$failed" ]; then
    echo "failed:$failed"
    exit 1
fi
