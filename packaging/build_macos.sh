#!/bin/sh
# build_macos.sh [FOLDER]: "HGT Studio.app" and its disk image in FOLDER (default: dist).
# HGT_STUDIO_SIGNING_IDENTITY: the certificate to sign with, e.g. "Developer ID Application: ..."; ad hoc without it.
# HGT_STUDIO_NOTARY_PROFILE: a profile of `xcrun notarytool store-credentials`; notarised only with it.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/packaging/environment.sh"

out=${1:-$root/dist}
identity=${HGT_STUDIO_SIGNING_IDENTITY:-}
profile=${HGT_STUDIO_NOTARY_PROFILE:-}
[ -z "$profile" ] || [ -n "$identity" ] || fail 'Apple notarises signed apps only: set HGT_STUDIO_SIGNING_IDENTITY too'

prepare_environment app,bundle
"$root/.venv/bin/python" -m PyInstaller --noconfirm --log-level WARN --distpath "$out" --workpath "$out/work" \
    "$root/packaging/hgt_studio.spec"
app="$out/HGT Studio.app"
codesign --verify --deep --strict "$app"

image="$out/HGT Studio.dmg"
content=$(mktemp -d)
trap 'rm -rf "$content"' EXIT
ditto "$app" "$content/HGT Studio.app"
ln -s /Applications "$content/Applications"
hdiutil create -quiet -ov -format UDZO -volname 'HGT Studio' -srcfolder "$content" "$image"

if [ -n "$identity" ]; then
    codesign --sign "$identity" --timestamp "$image"
fi
if [ -n "$profile" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$profile" --wait
    xcrun stapler staple "$image"
fi
du -sh "$app" "$image"
