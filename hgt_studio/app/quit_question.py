"""Closing the window while a run is under way: asked once, then stopped cleanly, then closed."""

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from hgt_studio.app.state.session import TrainingSession


class QuitQuestion(QObject):
    """Asks, stops the run, waits for its checkpoint and closes the window."""

    def __init__(self, session: TrainingSession, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self._box: QMessageBox | None = None
        self._is_quitting = False
        session.ended.connect(self._on_ended)

    def may_close(self) -> bool:
        """Whether the window can close now; if not, the question is asked."""
        if not self._session.is_active:
            return True
        if self._box is None and not self._is_quitting:
            self._ask()
        return False

    def _ask(self) -> None:
        box = QMessageBox(self._window)
        box.setObjectName("quit_question")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("HGT Studio")
        box.setText("Training is under way.")
        box.setInformativeText("Stopping keeps the last checkpoint; the run can be resumed later.")
        keep = box.addButton("Keep Training", QMessageBox.ButtonRole.RejectRole)
        box.addButton("Stop and Quit", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.accepted.connect(self._stop)
        box.finished.connect(self._forget_box)
        self._box = box
        box.open()

    @Slot()
    def _stop(self) -> None:
        self._is_quitting = True
        if self._session.is_active:
            self._session.stop()
        else:
            self._window.close()

    @Slot()
    def _forget_box(self) -> None:
        self._box = None

    @Slot(object)
    def _on_ended(self, outcome: object) -> None:
        if self._is_quitting:
            self._window.close()
