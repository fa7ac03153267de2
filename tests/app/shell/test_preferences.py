"""What is remembered comes back in another process's eyes: each check reads through a second Preferences."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from hgt_studio.app.preferences import Preferences


def reopened(preferences: Preferences, folder: Path) -> Preferences:
    preferences._settings.sync()
    return Preferences(QSettings(str(folder / "preferences.ini"), QSettings.Format.IniFormat))


def test_recent_files_are_the_newest_ten_each_once(preferences, tmp_path, qtbot):
    for number in range(12):
        preferences.add_recent_file(tmp_path / f"{number}.csv")
    with qtbot.waitSignal(preferences.recent_files_changed):
        preferences.add_recent_file(tmp_path / "5.csv")
    expected = [5, 11, 10, 9, 8, 7, 6, 4, 3, 2]
    assert reopened(preferences, tmp_path).recent_files == [tmp_path / f"{number}.csv" for number in expected]


def test_a_single_recent_file_and_none_survive_the_file_format(preferences, tmp_path):
    assert preferences.recent_files == []
    preferences.add_recent_file(tmp_path / "one, with a comma.csv")
    assert reopened(preferences, tmp_path).recent_files == [tmp_path / "one, with a comma.csv"]
    preferences.forget_recent_file(tmp_path / "one, with a comma.csv")
    assert reopened(preferences, tmp_path).recent_files == []


def test_folders_and_geometry_come_back(preferences, tmp_path):
    preferences.set_runs_folder(tmp_path / "elsewhere")
    preferences.window_geometry = QByteArray(b"\x00\x01\xff")
    again = reopened(preferences, tmp_path)
    assert again.runs_folder() == tmp_path / "elsewhere"
    assert again.window_geometry == QByteArray(b"\x00\x01\xff")


def test_defaults_lie_in_the_home_folder(tmp_path):
    fresh = Preferences(QSettings(str(tmp_path / "empty.ini"), QSettings.Format.IniFormat))
    assert fresh.runs_folder() == Path.home() / "HGT Studio Runs"
    assert fresh.open_folder() == Path.home()
    assert fresh.window_geometry.isEmpty()
