"""What stands here before there is a graph: an invitation."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hgt_studio.app.preferences import Preferences
from hgt_studio.app.theme import theme
from hgt_studio.app.widgets.section_title import SecondaryLabel, SectionTitle

_SHOWN_RECENT_FILES = 5
_PUBLISHED = "Until then, settings and memory are shown for PrimeKG's published size: 129,375 nodes, 8,100,498 edges."


class _Invitation(QWidget):
    """A dashed frame around its layout."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().secondary_text, 1.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 12, 12)


class _RecentButton(QPushButton):
    """A file that was open before."""

    chosen = Signal(object)  # Path

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path.name}   {_short_folder(path)}", flat=True)
        self.setToolTip(str(path))
        self._path = path
        self.clicked.connect(self._tell)

    def _tell(self) -> None:
        self.chosen.emit(self._path)


class EmptyPage(QWidget):
    """One large drop zone with Open and the sample graph, recent files below it."""

    choose_asked = Signal()
    sample_asked = Signal()
    recent_asked = Signal(object)  # Path

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self._recent_title = SectionTitle("Recent files")
        self._recent_buttons: list[_RecentButton] = []
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        self._recent.addWidget(self._recent_title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(16)
        layout.addWidget(self._invitation(), 1)
        layout.addLayout(self._recent)
        hint = SecondaryLabel(_PUBLISHED)
        hint.setWordWrap(True)
        layout.addWidget(hint)
        preferences.recent_files_changed.connect(self._show_recent_files)
        self._show_recent_files()

    def _show_recent_files(self) -> None:
        """The newest ones, each a button."""
        for button in self._recent_buttons:
            self._recent.removeWidget(button)
            button.deleteLater()
        self._recent_buttons = [_RecentButton(path) for path in self._preferences.recent_files[:_SHOWN_RECENT_FILES]]
        for button in self._recent_buttons:
            button.chosen.connect(self.recent_asked)
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self._recent_title.setVisible(bool(self._recent_buttons))

    def _invitation(self) -> QWidget:
        frame = _Invitation()
        title = QLabel("Drop kg.csv here")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 2)
        title.setFont(font)
        kinds = SecondaryLabel("PrimeKG's table or any other table of edges: .csv, .csv.gz, .tsv, .parquet")
        kinds.setWordWrap(True)
        kinds.setAlignment(Qt.AlignmentFlag.AlignCenter)
        choose = QPushButton("&Open…")
        choose.setToolTip("Choose a file")
        choose.clicked.connect(self.choose_asked)
        sample = QPushButton("&Try the sample graph")
        sample.setToolTip("A small invented graph with PrimeKG's node types and relations")
        sample.clicked.connect(self.sample_asked)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(choose)
        buttons.addWidget(sample)
        buttons.addStretch(1)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(16)
        layout.addStretch(1)
        layout.addWidget(title, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(kinds)
        layout.addLayout(buttons)
        layout.addStretch(1)
        return frame


def _short_folder(path: Path) -> str:
    home = Path.home()
    return f"~/{path.parent.relative_to(home)}" if path.parent.is_relative_to(home) else str(path.parent)
