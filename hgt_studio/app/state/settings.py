"""The settings in front of the user: always a valid configuration; with undo, and what was typed wrong beside it."""

from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from hgt_studio.config import RunConfig
from hgt_studio.config.presets import BALANCED, find_preset
from hgt_studio.errors import ConfigError

_PRESET_SECTIONS = ("architecture", "sampling", "training", "evaluation")


class Settings(QObject):
    """A `RunConfig` that is edited field by field.

    config: the last valid one. baseline: that of the chosen preset. errors: messages by path ("training.num_epochs").
    """

    changed = Signal(object)
    errors_changed = Signal(object)
    locked_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.config = RunConfig()
        self.baseline = BALANCED.config
        self.preset_name = BALANCED.name
        self.errors: dict[str, str] = {}
        self.locked = False
        self.undo_stack = QUndoStack(self)

    def value(self, path: str) -> Any:
        """The valid value of a setting, such as "training.num_epochs"."""
        section, name = path.split(".")
        return getattr(getattr(self.config, section), name)

    def set_value(self, path: str, value: object) -> None:
        """Change one setting, undoably. What breaks a rule is remembered as an error and changes nothing."""
        if self.locked:
            return
        section, name = path.split(".")
        values = self.config.model_dump(mode="json")
        values[section][name] = value
        if path == "architecture.num_layers" and isinstance(value, int):
            _keep_one_number_per_layer(values["sampling"], value)
        try:
            config = RunConfig.build(values)
        except ConfigError as error:
            self._set_error(path, str(error))
            return
        if config == self.config:
            self._set_error(path, None)
        else:
            field = type(getattr(self.config, section)).model_fields[name]
            self._push(_Edit(self, config, f"Change {field.title}", path))

    def replace(self, config: RunConfig, what: str) -> None:
        """Change many settings in one undoable step. what: names the step in the menu."""
        if self.locked:
            return
        self._forget_errors()
        if config != self.config:
            self._push(_Edit(self, config, what, ""))

    def choose_preset(self, name: str) -> None:
        """Take the model, sampling, training and evaluation of a preset; graph, device and export stay.

        Raises:
            ConfigError: there is no such preset.
        """
        if self.locked:
            return
        preset = find_preset(name)
        sections = {section: getattr(preset.config, section) for section in _PRESET_SECTIONS}
        self._forget_errors()
        edit = _Edit(self, self.config.model_copy(update=sections), f"Preset {name}", "")
        edit.after.update(preset_name=name, baseline=preset.config)
        self._push(edit)

    def baseline_value(self, path: str) -> Any:
        """The value of a setting in the preset."""
        section, name = path.split(".")
        return getattr(getattr(self.baseline, section), name)

    def reset(self, path: str) -> None:
        """Give a setting its value in the preset."""
        self.set_value(path, self.baseline_value(path))

    def set_locked(self, locked: bool) -> None:
        """Make the settings read-only, as while a run trains."""
        if locked != self.locked:
            self.locked = locked
            self.locked_changed.emit(locked)

    def restore(self, state: dict[str, Any], path: str) -> None:
        """Take a state of the undo stack. path: of the one setting that differs, empty where it may be many."""
        self.config, self.baseline, self.preset_name = state["config"], state["baseline"], state["preset_name"]
        if path:
            self._set_error(path, None)
        else:
            self._forget_errors()
        self.changed.emit(self.config)

    def _push(self, edit: "_Edit") -> None:
        self.undo_stack.push(edit)

    def _set_error(self, path: str, message: str | None) -> None:
        errors = {known: text for known, text in self.errors.items() if known != path}
        if message is not None:
            errors[path] = message
        if errors != self.errors:
            self.errors = errors
            self.errors_changed.emit(errors)

    def _forget_errors(self) -> None:
        if self.errors:
            self.errors = {}
            self.errors_changed.emit({})


class _Edit(QUndoCommand):
    """From one state to another; edits of one field in a row are one step."""

    def __init__(self, settings: Settings, config: RunConfig, what: str, path: str) -> None:
        super().__init__(what)
        self._settings, self._path = settings, path
        self._before = {
            "config": settings.config, "baseline": settings.baseline, "preset_name": settings.preset_name
        }  # fmt: skip
        self.after = self._before | {"config": config}

    def redo(self) -> None:
        self._settings.restore(self.after, self._path)

    def undo(self) -> None:
        self._settings.restore(self._before, self._path)

    def id(self) -> int:
        return hash(self._path) % 0x7FFFFFFF if self._path else -1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802 (Qt's name)
        if not isinstance(other, _Edit) or other._path != self._path:
            return False
        self.after = other.after
        self.setObsolete(self.after == self._before)
        return True


def _keep_one_number_per_layer(sampling: dict[str, Any], num_layers: int) -> None:
    """Cut the fan-outs, or repeat the last one, so that there is one for each layer."""
    for name in ("num_neighbors", "num_samples"):
        hops = list(sampling[name])
        sampling[name] = (hops + hops[-1:] * num_layers)[: max(num_layers, 1)]
