#!/bin/sh
# build_linux.sh [FOLDER]: the frozen app as FOLDER/hgt-studio (default: dist), with its icon and .desktop file.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/packaging/environment.sh"

out=${1:-$root/dist}
prepare_environment app,bundle
"$root/.venv/bin/python" -m PyInstaller --noconfirm --log-level WARN --distpath "$out" --workpath "$out/work" \
    "$root/packaging/hgt_studio.spec"
# A fifth of the size is names that only a debugger reads; what the wheels' own patching moved about is left alone.
find "$out/hgt-studio/_internal/torch" "$out/hgt-studio/_internal/llvmlite" "$out/hgt-studio/_internal/pyarrow" \
    "$out/hgt-studio/_internal/"libpython* -type f -name '*.so*' -exec strip --strip-unneeded {} +
cp "$root/packaging/hgt-studio.desktop" "$out/hgt-studio/"
cp "$root/resources/icon.svg" "$out/hgt-studio/hgt-studio.svg"
du -sh "$out/hgt-studio"
