#!/bin/sh
# run.sh ARGS...: hgt-studio ARGS..., installed into .venv on the first call.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/packaging/environment.sh"

if [ -f "$root/hgt_studio/app/main.py" ]; then
    prepare_environment app
else
    prepare_environment ''
fi
exec "$root/.venv/bin/hgt-studio" "$@"
