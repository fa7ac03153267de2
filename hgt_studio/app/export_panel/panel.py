"""The Export tab: which run, in what form, what it will look like, and where it goes."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hgt_studio.app.engine import Engine
from hgt_studio.app.errors import show_error
from hgt_studio.app.export_panel.exporting import SUFFIXES, Exporter, OpenedRun
from hgt_studio.app.export_panel.node_types import NodeTypeList
from hgt_studio.app.preferences import Preferences
from hgt_studio.app.settings_panel import SectionForm
from hgt_studio.app.state.settings import Settings
from hgt_studio.app.system.reveal import reveal, reveal_words
from hgt_studio.app.widgets.elided_label import ElidedLabel
from hgt_studio.app.widgets.section_title import SecondaryLabel, SectionTitle
from hgt_studio.app.wording import bytes_text, count_text
from hgt_studio.config import ExportConfig
from hgt_studio.errors import HgtStudioError

if TYPE_CHECKING:
    from hgt_studio.export import ExportPreview, WrittenFile
    from hgt_studio.typing import Progress

_NOTHING_YET: Final = "No trained run yet: train one, or choose a run folder."
_PHASES: Final = {"reading": "Reading the graph", "embed": "Embedding the nodes", "export": "Writing the rows"}
_LEFT_WIDTH: Final = 340


class ExportPanel(QWidget):
    """Exports the embeddings of a trained run."""

    def __init__(self, *, engine: Engine, preferences: Preferences, settings: Settings) -> None:
        super().__init__()
        self._preferences, self._settings = preferences, settings
        self.exporter = Exporter(engine, self)
        self._files: tuple[WrittenFile, ...] = ()
        self._previewed: ExportConfig | None = None
        self._has_problem = False
        self.run_name = ElidedLabel(_NOTHING_YET)
        self.choose_run = QPushButton("Choose Run...")
        self.form = SectionForm(settings, "export", without=("node_types",))
        self.types = NodeTypeList(settings)
        self._rows = QStandardItemModel(self)
        self.table = QTableView()
        self.table.setModel(self._rows)
        self.table.setAccessibleName("First rows of the file")
        self.table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.expected = SecondaryLabel("The first rows and the size of the file appear here.")
        self.bar = QProgressBar()
        self.outcome = ElidedLabel("")
        self.export = QPushButton("Export...")
        self.cancel = QPushButton("Cancel")
        self.reveal = QPushButton(reveal_words())
        self.copy_path = QPushButton("Copy Path")
        self._lay_out()
        self._connect()
        self._refresh()

    @Slot(object)
    def set_run(self, directory: Path) -> None:
        """Export this run from now on."""
        self.run_name.setText(f"Opening {directory.name}...")
        self.exporter.open(directory)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(SectionTitle("Run"))
        head.addWidget(self.run_name, stretch=1)
        head.addWidget(self.choose_run)
        left = QWidget()
        left.setFixedWidth(_LEFT_WIDTH)
        form = QVBoxLayout(left)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(8)
        form.addWidget(SectionTitle("File"))
        form.addWidget(self.form)
        form.addWidget(SectionTitle("Node types", self.types))
        form.addWidget(self.types, stretch=1)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(SectionTitle("Preview", self.table))
        right.addWidget(self.table, stretch=1)
        right.addWidget(self.expected)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(left)
        middle.addLayout(right, stretch=1)
        foot = QHBoxLayout()
        for widget in (self.outcome, self.bar, self.reveal, self.copy_path, self.cancel, self.export):
            foot.addWidget(widget, stretch=int(widget in (self.outcome, self.bar)))
        self.expected.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addLayout(middle, stretch=1)
        layout.addLayout(foot)

    def _connect(self) -> None:
        exporter = self.exporter
        exporter.opened.connect(self._show_run)
        exporter.previewed.connect(self._show_preview)
        exporter.preview_failed.connect(self._show_problem)
        exporter.busy_changed.connect(self._refresh)
        exporter.progress.connect(self._show_progress)
        exporter.written.connect(self._show_written)
        exporter.failed.connect(self._show_failure)
        exporter.cancelled.connect(self._show_cancelled)
        self._settings.changed.connect(self._follow_settings)
        self.choose_run.clicked.connect(self._choose_run)
        self.export.clicked.connect(self.choose_file)
        self.cancel.clicked.connect(exporter.cancel)
        self.reveal.clicked.connect(self._reveal)
        self.copy_path.clicked.connect(self._copy_path)

    @Slot()
    def choose_file(self) -> None:
        """Ask where to write, and export."""
        run = self.exporter.run
        if run is None or not self.export.isEnabled():
            return
        suffix = SUFFIXES[self._settings.config.export.format]
        start = self._preferences.export_folder() / f"{run.directory.name} embeddings{suffix}"
        dialog = QFileDialog(self, "Export embeddings", str(start))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.fileSelected.connect(self.export_to)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def export_to(self, name: str) -> None:
        """Export the run into a file; a folder for the projector."""
        path = Path(name)
        self._preferences.set_export_folder(path.parent)
        self._files = ()
        self.outcome.setText("Waiting for the device")
        self.bar.setRange(0, 0)
        self.exporter.export(path, self._settings.config.export)

    @Slot()
    def _choose_run(self) -> None:
        dialog = QFileDialog(self, "Choose a run folder", str(self._preferences.runs_folder()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._set_run_by_name)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _set_run_by_name(self, name: str) -> None:
        self.set_run(Path(name))

    @Slot(object)
    def _show_run(self, run: OpenedRun) -> None:
        self.run_name.setText(run.directory.name)
        self._files = ()
        self.outcome.setText("")
        self.types.show_counts(run.graph.counts_by_type())
        self._preview()
        self._refresh()

    @Slot()
    def _follow_settings(self) -> None:
        if self._settings.config.export != self._previewed:
            self._preview()

    def _preview(self) -> None:
        self._previewed = self._settings.config.export
        self.exporter.preview(self._previewed)

    @Slot(object)
    def _show_preview(self, preview: "ExportPreview") -> None:
        self._has_problem = False
        self._rows.clear()
        self._rows.setHorizontalHeaderLabels(list(preview.columns[:-1]))
        for row in preview.first_rows:
            self._rows.appendRow([QStandardItem(cell) for cell in row[:-1]])
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        run = self.exporter.run
        assert run is not None
        dimensions = run.config.architecture.embedding_dim
        self.expected.setText(
            f"and {dimensions} numbers a row; {count_text(preview.num_rows)} rows, "
            f"about {bytes_text(preview.size_bytes)}"
        )
        self._refresh()

    @Slot(object)
    def _show_problem(self, error: HgtStudioError) -> None:
        """These settings cannot be exported."""
        self._has_problem = True
        self._rows.clear()
        self.expected.setText(str(error))
        self._refresh()

    @Slot(object)
    def _show_progress(self, progress: "Progress") -> None:
        self.outcome.setText(_PHASES.get(progress.phase, progress.phase.capitalize()))
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)

    @Slot(object)
    def _show_written(self, files: "tuple[WrittenFile, ...]") -> None:
        self._files = files
        rows, size = files[0].rows, sum(file.size_bytes for file in files)
        self.outcome.setText(f"{files[0].path}: {count_text(rows)} rows, {bytes_text(size)}")
        self._refresh()

    @Slot(object)
    def _show_failure(self, error: HgtStudioError) -> None:
        run = self.exporter.run
        self.run_name.setText(_NOTHING_YET if run is None else run.directory.name)
        self.outcome.setText("")
        show_error(self, error)

    @Slot()
    def _show_cancelled(self) -> None:
        self.outcome.setText("Cancelled; nothing was written.")

    @Slot()
    def _reveal(self) -> None:
        reveal(self._files[0].path)

    @Slot()
    def _copy_path(self) -> None:
        QGuiApplication.clipboard().setText(str(self._files[0].path))

    @Slot()
    def _refresh(self) -> None:
        is_busy, has_run = self.exporter.is_exporting, self.exporter.run is not None
        self.export.setEnabled(has_run and not self._has_problem and not is_busy)
        self.choose_run.setEnabled(not is_busy)
        self.bar.setVisible(is_busy)
        self.cancel.setVisible(is_busy)
        self.reveal.setVisible(bool(self._files) and not is_busy)
        self.copy_path.setVisible(bool(self._files) and not is_busy)
