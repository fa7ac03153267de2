"""Files that the system asks the app to open, the About box, and the log."""

import logging
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QEvent, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from hgt_studio.app.about import show_about
from hgt_studio.app.engine import EngineInfo
from hgt_studio.device.selection import DeviceDescription


def test_a_file_opened_from_the_dock_is_told_and_the_event_taken(qapp, qtbot, tmp_path):
    event = QFileOpenEvent(QUrl.fromLocalFile(str(tmp_path / "my kg.csv")))
    with qtbot.waitSignal(qapp.file_opened) as opened:
        assert QApplication.sendEvent(qapp, event)
    assert opened.args == [tmp_path / "my kg.csv"]


def test_a_link_that_is_no_file_is_left_alone(qapp, qtbot):
    with qtbot.assertNotEmitted(qapp.file_opened):
        QApplication.sendEvent(qapp, QFileOpenEvent(QUrl("https://example.org/kg.csv")))
        QApplication.sendEvent(qapp, QEvent(QEvent.Type.ApplicationActivate))


def test_about_names_the_device_that_works_and_the_versions(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    absent = DeviceDescription("mps", False, reason="this is no Mac")
    present = DeviceDescription("cpu", True, hardware="Test processor")
    box = show_about(window, EngineInfo((absent, present), {"torch": "9.8.7"}))
    assert "cpu (Test processor)" in box.informativeText()
    assert "torch 9.8.7" in box.informativeText()
    show_about(window, None)
    assert len(window.findChildren(QMessageBox, "about")) == 2


def test_the_log_takes_our_news_qts_messages_and_crashes(tmp_path):
    program = (
        "import logging, faulthandler\n"
        "from PySide6.QtCore import qWarning\n"
        "from hgt_studio.app.logs import start_log, log_folder\n"
        "start_log()\n"
        "logging.getLogger('hgt_studio.app').info('from us')\n"
        "qWarning('from Qt')\n"
        "print(log_folder(), flush=True)\n"
        "faulthandler._sigsegv()\n"
    )
    environment = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    folder = Path(done.stdout.strip())
    log = (folder / "hgt-studio.log").read_text()
    assert done.returncode < 0
    assert "INFO MainThread hgt_studio.app: from us" in log
    assert "WARNING" in log
    assert "from Qt" in log
    assert "Segmentation fault" in (folder / "crash.log").read_text()
    assert tmp_path in folder.parents
    assert logging.getLogger("hgt_studio").handlers == []
