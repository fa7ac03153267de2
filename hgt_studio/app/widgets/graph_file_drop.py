"""Files dropped on a widget: graph files are taken, others refused in a friendly line."""

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from hgt_studio.app.theme import theme

GRAPH_FILE_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".parquet")
GRAPH_FILE_FILTER = f"Tables of edges ({' '.join(f'*{suffix}' for suffix in GRAPH_FILE_SUFFIXES)})"


def is_graph_file(path: Path) -> bool:
    """Whether the name is that of a table of edges."""
    return path.name.lower().endswith(GRAPH_FILE_SUFFIXES)


def dropped_files(mime: QMimeData) -> list[Path]:
    """The local files of a drag."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def refusal(paths: list[Path]) -> str | None:
    """Why these files cannot be opened, in a line for the user; None if they can."""
    if len(paths) != 1:
        return "One graph at a time; drop a single file."
    (path,) = paths
    if path.is_dir():
        return f"'{path.name}' is a folder; drop the table in it, for example kg.csv."
    if not is_graph_file(path):
        return f"'{path.name}' is not a table of edges; drop a .csv, .csv.gz, .tsv or .parquet file."
    return None


class _DropHighlight(QWidget):
    """A frame over all of a widget while a file hovers over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        tint = QColor(theme().accent)
        tint.setAlphaF(0.12)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(tint)
        painter.setPen(QPen(theme().accent, 2))
        painter.drawRoundedRect(self.rect().adjusted(4, 4, -4, -4), 8, 8)


class GraphFileDrop(QWidget):
    """A widget that takes files, wherever on it they are dropped."""

    file_dropped = Signal(object)  # Path
    files_refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self._highlight = _DropHighlight(self)

    @property
    def is_highlighted(self) -> bool:
        return not self._highlight.isHidden()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._highlight.setGeometry(self.rect())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if dropped_files(event.mimeData()):
            event.acceptProposedAction()
            self._highlight.raise_()
            self._highlight.show()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        self._highlight.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        self._highlight.hide()
        event.acceptProposedAction()
        paths = dropped_files(event.mimeData())
        if reason := refusal(paths):
            self.files_refused.emit(reason)
        else:
            self.file_dropped.emit(paths[0])
