"""What the systems read about the app: Info.plist, entitlements, the icon and the .desktop entry."""

import configparser
import plistlib
import shlex
import struct
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hgt_studio.__main__ import run
from hgt_studio.version import VERSION

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"


def load(name: str) -> ModuleType:
    """A module of packaging/, which is no package: its name is taken by one on PyPI."""
    spec = spec_from_file_location(name, PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def plist() -> dict[str, Any]:
    """Info.plist as macOS reads it: written and read back."""
    content: dict[str, Any] = plistlib.loads(plistlib.dumps(load("info_plist").info_plist(VERSION)))
    return content


def test_info_plist_says_what_the_app_is_and_needs(plist: dict[str, Any]) -> None:
    assert plist["CFBundleIdentifier"] == "org.hgtstudio.app"
    assert plist["CFBundleShortVersionString"] == plist["CFBundleVersion"] == VERSION
    assert plist["LSMinimumSystemVersion"] == "14.0"
    assert plist["NSHighResolutionCapable"] is True
    assert plist["NSSupportsAutomaticGraphicsSwitching"] is True
    assert not [key for key in plist if key.endswith("UsageDescription")]  # it asks for no permission


def test_every_kind_of_graph_file_can_be_dropped_on_the_dock_icon(plist: dict[str, Any]) -> None:
    declared = {
        entry["UTTypeIdentifier"]: entry["UTTypeTagSpecification"]["public.filename-extension"]
        for entry in plist["UTImportedTypeDeclarations"]
    }
    of_macos = {
        "public.comma-separated-values-text": ["csv"],
        "public.tab-separated-values-text": ["tsv"],
        "org.gnu.gnu-zip-archive": ["gz"],
    }
    suffixes = set()
    for document in plist["CFBundleDocumentTypes"]:
        assert document["CFBundleTypeRole"] == "Viewer"
        assert document["LSHandlerRank"] == "Alternate"  # a double click goes on opening the user's spreadsheet
        for content_type in document["LSItemContentTypes"]:
            suffixes.update({**of_macos, **declared}[content_type])
    assert suffixes == {"csv", "tsv", "gz", "parquet"}


def test_the_hardened_runtime_lets_numba_compile_and_nothing_more() -> None:
    entitlements = plistlib.loads((PACKAGING / "entitlements.plist").read_bytes())
    assert entitlements == {
        "com.apple.security.cs.allow-jit": True,
        "com.apple.security.cs.allow-unsigned-executable-memory": True,
    }


@pytest.mark.skipif(find_spec("PySide6") is None, reason="PySide6 is not installed")
def test_icns_holds_pictures_of_the_widths_that_their_types_stand_for(tmp_path: Path) -> None:
    from PySide6.QtGui import QImage

    load("icon").write_icns(ROOT / "resources" / "icon.svg", tmp_path / "icon.icns")
    content = (tmp_path / "icon.icns").read_bytes()
    assert struct.unpack(">4sI", content[:8]) == (b"icns", len(content))
    widths, place = {}, 8
    while place < len(content):
        kind, length = struct.unpack_from(">4sI", content, place)
        image = QImage.fromData(content[place + 8 : place + length])
        assert image.width() == image.height()
        assert image.pixelColor(0, 0).alpha() == 0  # around the rounded square
        assert image.pixelColor(image.rect().center()).lightness() > 200  # the white node in the middle
        widths[kind.decode()] = image.width()
        place += length
    assert place == len(content)
    assert widths == {
        "ic07": 128, "ic08": 256, "ic09": 512, "ic10": 1024, "ic11": 32, "ic12": 64, "ic13": 256, "ic14": 512,
    }  # fmt: skip


@pytest.mark.skipif(find_spec("PySide6") is None, reason="PySide6 is not installed")
def test_icon_that_cannot_be_drawn_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.svg").write_text("<svg")
    with pytest.raises(ValueError, match=r"broken\.svg"):
        load("icon").write_icns(tmp_path / "broken.svg", tmp_path / "icon.icns")


def test_desktop_entry_opens_a_file_or_none_by_a_command_that_exists() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(PACKAGING / "hgt-studio.desktop")
    keys = entry["Desktop Entry"]
    assert (keys["Type"], keys["Name"], keys["Terminal"]) == ("Application", "HGT Studio", "false")
    assert keys["MimeType"] == "text/csv;text/tab-separated-values;application/vnd.apache.parquet;"
    program, command, file = shlex.split(keys["Exec"])
    assert (program, file) == ("hgt-studio", "%f")
    assert run([command, "--help"]) == 0
