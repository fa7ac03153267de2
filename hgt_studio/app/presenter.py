"""Keeps toolbar, banner and actions in step with the state objects."""

from PySide6.QtCore import QObject, Signal, Slot

from hgt_studio.app.actions import Actions
from hgt_studio.app.banner import Banner
from hgt_studio.app.engine import EngineInfo
from hgt_studio.app.remedies import Remedy, remedy_for
from hgt_studio.app.run_control import RunControl
from hgt_studio.app.run_manners import RunManners
from hgt_studio.app.state.app_state import AppState
from hgt_studio.app.state.session import RunOutcome
from hgt_studio.app.system.reveal import reveal, reveal_words
from hgt_studio.app.toolbar import ToolBar, ToolBarMode
from hgt_studio.app.wording import bytes_text, count_text, duration_text, short_count_text
from hgt_studio.training.run_directory import RunDirectory


class Presenter(QObject):
    """What the user reads at the window's upper edge.

    export_asked, explore_asked: the embeddings of that run are wanted; less_memory_asked: settings that fit are wanted.
    """

    export_asked = Signal(object)  # Path
    explore_asked = Signal(object)  # Path
    less_memory_asked = Signal()

    def __init__(
        self, state: AppState, actions: Actions, toolbar: ToolBar, banner: Banner, run_control: RunControl,
        manners: RunManners,
    ) -> None:  # fmt: skip
        super().__init__(toolbar)
        self._state, self._actions, self._toolbar, self._banner = state, actions, toolbar, banner
        self._run_control, self._manners = run_control, manners
        state.engine.importing.connect(self._on_importing)
        state.engine.ready.connect(self._show_device)
        state.engine.failed.connect(self._on_engine_failed)
        state.settings.changed.connect(self._show_device)
        state.document.loading_started.connect(self._on_loading_started)
        state.document.loaded.connect(self._show_graph)
        state.document.cleared.connect(self._show_graph)
        state.document.failed.connect(self._show_graph)
        state.document.cancelled.connect(self._show_graph)
        state.document.mapping_needed.connect(self._show_graph)
        state.session.ended.connect(self._on_run_ended)
        run_control.changed.connect(self._refresh)
        self._refresh()

    @Slot(str)
    def _on_importing(self, words: str) -> None:
        self._toolbar.show_device(f"{words}...", "The forms work already; training waits for this")

    @Slot(str)
    def _on_engine_failed(self, message: str) -> None:
        self._toolbar.show_device("No engine", message)
        self._banner.show_message("unsafe", "The engine cannot start", f"{message}; reinstall HGT Studio")

    @Slot()
    def _show_device(self) -> None:
        info = self._state.engine.info
        if info is not None:
            self._toolbar.show_device(*_device_words(info, self._state.settings.config.device.name))

    @Slot(object)
    def _on_loading_started(self, path: object) -> None:
        self._toolbar.show_graph(f"Reading {getattr(path, 'name', path)}...")

    @Slot()
    def _show_graph(self) -> None:
        document = self._state.document
        title, text = "HGT Studio", ""
        if document.path is not None and document.whole is not None:
            nodes, edges = count_text(document.whole.num_nodes), short_count_text(document.whole.num_edges)
            title, text = f"{document.path.name} - HGT Studio", f"{document.path.name} - {nodes} nodes, {edges} edges"
        self._manners.set_title(title)
        self._toolbar.show_graph(text)

    @Slot()
    def _refresh(self) -> None:
        session, obstacle = self._state.session, self._run_control.obstacle()
        mode: ToolBarMode = "ready" if not session.is_active else session.state  # type: ignore[assignment]
        self._toolbar.show_mode(mode)
        actions = self._actions
        actions.train.setEnabled(not obstacle)
        actions.train.setToolTip(obstacle or "Train on this graph with these settings")
        actions.pause.setEnabled(session.state in ("running", "paused"))
        actions.stop.setEnabled(session.is_active)
        actions.finish.setEnabled(session.state in ("running", "paused"))
        actions.cancel_loading.setEnabled(self._state.document.is_loading)
        actions.open_settings.setEnabled(not session.is_active)
        actions.fit_memory.setEnabled(not session.is_active)
        if session.is_active:
            self._banner.hide()

    @Slot(object)
    def _on_run_ended(self, outcome: RunOutcome) -> None:
        directory = outcome.directory
        run = RunDirectory(directory)
        resume = ("Resume", lambda: self._run_control.resume_run(directory))
        export = ("Export...", lambda: self.export_asked.emit(directory))
        explore = ("Explore", lambda: self.explore_asked.emit(directory))
        show = (reveal_words(), lambda: reveal(directory))
        can_resume = [resume] if run.last_checkpoint.exists() else []
        if outcome.kind == "done":
            self._banner.show_message("safe", "Done", _summary(outcome), [export, explore, show])
        elif outcome.kind == "stopped":
            words = "The checkpoint is kept." if can_resume else "It had no checkpoint yet."
            self._banner.show_message("tight", "Stopped", words, [*can_resume, *([export] if can_resume else [])])
        elif outcome.is_out_of_memory:
            less = ("Try with Less Memory...", self.less_memory_asked.emit)
            self._banner.show_message("unsafe", "Out of memory", outcome.message, [less, *can_resume])
        else:
            remedy = remedy_for(outcome, self._state.settings.config)
            heal = [(remedy.words, lambda: self._apply(remedy))] if remedy else []
            self._banner.show_message("unsafe", "Training failed", outcome.message, [*heal, *can_resume])

    def _apply(self, remedy: Remedy) -> None:
        """Set the value; training anew is for the user to begin."""
        self._state.settings.set_value(remedy.path, remedy.value)
        self._banner.hide()


def _summary(outcome: RunOutcome) -> str:
    """What a finished run came to."""
    result = outcome.result
    assert result is not None, "a run that is done has a result"
    quality = result.metrics.get("test", {}).get("mrr")
    parts = [outcome.directory.name, *([f"MRR {quality:.3f}"] if quality is not None else [])]
    parts += [duration_text(result.seconds), f"{bytes_text(result.peak_bytes)} at most"]
    return f"{', '.join(parts)}. The embeddings are written."


def _device_words(info: EngineInfo, name: str) -> tuple[str, str]:
    """The badge of the chosen device, and why it is this one."""
    preferred = [device for device in info.devices if name in ("auto", device.name)]
    chosen = next((device for device in preferred if device.is_available), None)
    if chosen is None:
        return f"{name.upper()} is not available", preferred[0].reason if preferred else ""
    absent = [f"{device.name.upper()}: {device.reason}" for device in preferred if not device.is_available]
    return f"{chosen.name.upper()}  {chosen.hardware}", "\n".join(absent) or "The device that training runs on"
