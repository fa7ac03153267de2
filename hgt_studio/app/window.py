"""The window: a frame with toolbar, menus, tabs and an invitation, ready to be filled with panels."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QUndoGroup
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMainWindow, QPushButton, QVBoxLayout, QWidget

from hgt_studio.app.actions import Actions
from hgt_studio.app.banner import Banner
from hgt_studio.app.empty_page import EmptyPage
from hgt_studio.app.menus import RecentMenu, build_menus
from hgt_studio.app.preferences import Preferences
from hgt_studio.app.side_rail import SideRail
from hgt_studio.app.tabs import Tabs
from hgt_studio.app.toolbar import ToolBar
from hgt_studio.app.widgets.graph_file_drop import GRAPH_FILE_FILTER, GraphFileDrop

if TYPE_CHECKING:
    from hgt_studio.app.workspace import Workspace

_SMALLEST: Final = (1024, 700)
_FIRST_SIZE: Final = (1280, 800)
_FOLD_BELOW_WIDTH: Final = 1100


class MainWindow(QMainWindow):
    """The one window. Until `set_workspace` it remembers what it is asked to open.

    Imports nothing but Qt: whoever starts the program sees it at once. workspace: None until all panels are there.
    """

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.setWindowTitle("HGT Studio")
        self.setMinimumSize(*_SMALLEST)
        self.preferences = preferences
        self.workspace: Workspace | None = None
        self._waiting: Callable[[Workspace], None] | None = None
        self.actions_ = Actions(self)
        self.toolbar = ToolBar(self.actions_, self)
        self.addToolBar(self.toolbar)
        self.banner, self.side_rail, self.tabs = Banner(), SideRail(), Tabs(EmptyPage(preferences))
        self.undo_group = QUndoGroup(self)
        self._lay_out()
        self._make_menus()
        self._connect()
        self.resize(*_FIRST_SIZE)
        self.restoreGeometry(preferences.window_geometry)

    @Slot(object)
    def open_graph(self, path: Path) -> None:
        """Open a graph file and bring the Data tab forward."""
        self.toolbar.show_graph(f"{path.name} opens as soon as the engine is loaded")
        self.tabs.setCurrentIndex(0)
        self._with_workspace(lambda workspace: workspace.commands.open_graph(path))

    @Slot()
    def open_sample(self) -> None:
        """Open the sample graph and bring the Data tab forward."""
        self.tabs.setCurrentIndex(0)
        self._with_workspace(lambda workspace: workspace.commands.open_sample())

    @Slot()
    def choose_graph(self) -> None:
        """Ask for a graph file and open it."""
        folder = str(self.preferences.open_folder())
        dialog = QFileDialog(self, "Open a graph", folder, f"{GRAPH_FILE_FILTER};;All files (*)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._open_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def put_strip(self, strip: QWidget) -> None:
        """Put the memory strip into its place."""
        self._strip_place.layout().addWidget(strip)  # type: ignore[union-attr]

    def set_workspace(self, workspace: "Workspace") -> None:
        """All panels are there: do what was asked for meanwhile."""
        self.workspace = workspace
        if self._waiting is not None:
            self._waiting(workspace)

    def _with_workspace(self, call: "Callable[[Workspace], None]") -> None:
        if self.workspace is None:
            self._waiting = call
        else:
            call(self.workspace)

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        middle.addWidget(self.banner)
        middle.addWidget(self.tabs, stretch=1)
        upper = QHBoxLayout()
        upper.addWidget(self.side_rail)
        upper.addLayout(middle, stretch=1)
        self.drop_area, self._strip_place = GraphFileDrop(), QWidget()
        self._strip_place.setMinimumHeight(QPushButton("Fit...").sizeHint().height() + 16)
        whole = QVBoxLayout(self.drop_area)
        whole.addLayout(upper, stretch=1)
        whole.addWidget(self._strip_place)
        for layout in (middle, upper, whole, QVBoxLayout(self._strip_place)):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        self.setCentralWidget(self.drop_area)

    def _make_menus(self) -> None:
        recent = RecentMenu(self.preferences, self)
        recent.file_chosen.connect(self.open_graph)
        tab_actions = []
        for index in range(self.tabs.count()):
            action = QAction(self.tabs.tabText(index), self)
            action.setShortcut(QKeySequence(f"Ctrl+{index + 1}"))
            action.setData(index)
            tab_actions.append(action)
            action.triggered.connect(self._choose_tab_of_action)
        build_menus(self, self.actions_, recent, self.undo_group, tab_actions)

    def _connect(self) -> None:
        actions, empty = self.actions_, self.tabs.empty_page
        actions.open.triggered.connect(self.choose_graph)
        actions.open_sample.triggered.connect(self.open_sample)
        actions.quit.triggered.connect(self.close)
        empty.choose_asked.connect(self.choose_graph)
        empty.sample_asked.connect(self.open_sample)
        empty.recent_asked.connect(self.open_graph)
        self.drop_area.file_dropped.connect(self.open_graph)
        for action in (actions.train, actions.pause, actions.stop, actions.finish, actions.fit_memory):
            action.setEnabled(False)

    @Slot(str)
    def _open_chosen(self, name: str) -> None:
        self.open_graph(Path(name))

    @Slot()
    def _choose_tab_of_action(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.tabs.setCurrentIndex(action.data())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if self.workspace is not None and not self.workspace.may_close():
            event.ignore()
            return
        self.preferences.window_geometry = self.saveGeometry()
        if self.workspace is not None:
            self.workspace.cancel_all()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        was_narrow, is_narrow = (size.width() < _FOLD_BELOW_WIDTH for size in (event.oldSize(), event.size()))
        if was_narrow != is_narrow:  # in between, the user's own choice stays
            self.side_rail.set_folded(is_narrow)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Space and self.actions_.pause.isEnabled():  # no shortcut: buttons need the key
            self.actions_.pause.trigger()
        else:
            super().keyPressEvent(event)
