#!/bin/sh
# test.sh: all checks, installed into .venv on the first call; every check runs, and one that fails fails the whole.
# Two processes share the tests, file by file. Arguments go to pytest.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/packaging/environment.sh"

prepare_environment app,app-test,test
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
check python -m pytest -n 2 --dist loadfile "$@"

if [ -n "$failed" ]; then
    echo "failed:$failed"
    exit 1
fi
