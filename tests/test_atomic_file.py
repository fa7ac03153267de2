"""Atomic files: all or nothing, and one line when it is nothing."""

import os
from pathlib import Path

import pytest

from hgt_studio.atomic_file import atomic_write
from hgt_studio.errors import ConfigError, RunDirectoryError


def _write(path: Path, content: bytes = b"new", needed_bytes: int = 0) -> None:
    with atomic_write(path, RunDirectoryError, needed_bytes) as file:
        file.write(content)


def test_the_older_file_stands_until_the_end(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with atomic_write(path, ConfigError) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
        assert Path(file.name).parent == tmp_path
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("error", [ValueError("ours"), KeyboardInterrupt()])
def test_any_error_passes_through_and_leaves_no_trace(error: BaseException, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(type(error)), atomic_write(path, ConfigError) as file:  # noqa: PT012
        file.write(b"half")
        raise error
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_link_is_followed_and_permissions_are_the_users(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there" / "file")
    _write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there" / "file").read_bytes() == b"new"
    (tmp_path / "plain").write_bytes(b"")
    assert (tmp_path / "there" / "file").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_what_needs_a_path_may_write_to_the_name(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "file", ConfigError) as file:
        Path(file.name).write_bytes(b"by name")
    assert (tmp_path / "file").read_bytes() == b"by name"


def test_each_obstacle_has_its_one_line(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"old")
    obstacles = {
        tmp_path / "missing" / "file": "there is no folder",
        tmp_path / "file" / "file": "there is no folder",
        tmp_path / "folder": "is a folder",
        tmp_path / ("n" * 300): "cannot be written",
    }
    for path, text in obstacles.items():
        with pytest.raises(RunDirectoryError, match=text) as caught:
            _write(path)
        assert "\n" not in str(caught.value)
    with pytest.raises(RunDirectoryError, match=r"about 1,099,511,627,776.0 MiB are needed"):
        _write(tmp_path / "file", needed_bytes=2**60)
    assert (tmp_path / "file").read_bytes() == b"old"
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="POSIX permissions")
def test_no_permission_is_said_plainly(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        for parent in (tmp_path, *tmp_path.parents):
            if not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o001)
        os.seteuid(65534)
    try:
        with pytest.raises(RunDirectoryError, match="no permission"):
            _write(folder / "file")
    finally:
        if user == 0:
            os.seteuid(user)
        folder.chmod(0o755)
