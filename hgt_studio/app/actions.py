"""Every command of the window, once: menus, toolbar and shortcuts share these."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QStyle, QWidget

Keys = QKeySequence.StandardKey


class Actions(QObject):
    """Attributes are actions; the window connects them and says when they can be used."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._make_file_actions()
        self._make_run_actions()
        self.copy_command_line = self._make("Copy as Command Line", "The train command with these settings")
        self.copy_python = self._make("Copy as Python", "The call of hgt_studio.train with these settings")
        self.show_settings = self._make("Settings", "Show the settings and go to their search field", "Ctrl+,")
        self.show_settings.setMenuRole(QAction.MenuRole.PreferencesRole)
        self.save_diagnostics = self._make(
            "Save Diagnostics...", "A zip file with log, versions and settings, without graph data and folder names"
        )
        self.about = self._make("About HGT Studio", "Versions of this program and its parts")
        self.about.setMenuRole(QAction.MenuRole.AboutRole)

    def _make_file_actions(self) -> None:
        self.open = self._make("Open...", "Open a graph file: .csv, .csv.gz, .tsv or .parquet", Keys.Open)
        self.open.setIcon(self._icon(QStyle.StandardPixmap.SP_DialogOpenButton))
        self.open_sample = self._make("Sample Graph", "Open an invented graph of PrimeKG's shape")
        self.open_settings = self._make("Open Settings...", "Read all settings from a run.toml", "Ctrl+Shift+O")
        self.save_settings = self._make("Save Settings...", "Write all settings to a run.toml", Keys.Save)
        self.export = self._make("Export Embeddings...", "Choose format and node types, and write a file", "Ctrl+E")
        self.choose_runs_folder = self._make("Runs Folder...", "Where new run directories are made")
        self.quit = self._make("Quit", "Close the window and end the program", Keys.Quit)
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)

    def _make_run_actions(self) -> None:
        self.train = self._make("Train", "Train on this graph with these settings", "Ctrl+R")
        self.train.setIcon(self._icon(QStyle.StandardPixmap.SP_MediaPlay))
        self.pause = self._make("Pause", "Wait after this batch, or go on (Space)")
        self.pause.setIcon(self._icon(QStyle.StandardPixmap.SP_MediaPause))
        self.stop = self._make("Stop After This Batch", "The checkpoint is kept; the run can be resumed", "Ctrl+.")
        self.stop.setIcon(self._icon(QStyle.StandardPixmap.SP_MediaStop))
        self.finish = self._make("Stop and Keep Best", "Stop, test the best state and write its embeddings")
        self.fit_memory = self._make("Fit to Memory...", "Find settings that fit into the memory", "Ctrl+Shift+F")
        self.cancel_loading = self._make("Cancel Loading", "Stop reading the graph file", "Esc")

    def _make(self, text: str, help_text: str, keys: str | Keys | None = None) -> QAction:
        action = QAction(text, self._window, toolTip=help_text, statusTip=help_text)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        return action

    def _icon(self, pixmap: QStyle.StandardPixmap) -> QIcon:
        return self._window.style().standardIcon(pixmap)
