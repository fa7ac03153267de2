#!/bin/sh
# run.sh ARGS...: hgt-studio ARGS..., installed into .venv on the first call.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/packaging/environment.sh"

prepare_environment app
exec "$root/.venv/bin/hgt-studio" "$@"
