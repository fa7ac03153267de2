#!/bin/sh
# build_linux.sh [FOLDER]: the frozen app as FOLDER/hgt-studio (default: dist), with its icon and .desktop file.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/packaging/environment.sh"

out=${1:-$root/dist}
prepare_environment app,bundle
"$root/.venv/bin/python" -m PyInstaller --noconfirm --log-level WARN --distpath "$out" --workpath "$out/work" \
    "$root/packaging/hgt_studio.spec"
cp "$root/packaging/hgt-studio.desktop" "$out/hgt-studio/"
cp "$root/resources/icon.svg" "$out/hgt-studio/hgt-studio.svg"
du -sh "$out/hgt-studio"
