"""The state objects of the one window, made together and in the order that they need one another."""

from dataclasses import dataclass

from PySide6.QtCore import QObject

from hgt_studio.app.engine import Engine
from hgt_studio.app.preferences import Preferences
from hgt_studio.app.state.document import Document
from hgt_studio.app.state.session import TrainingSession
from hgt_studio.app.state.settings import Settings
from hgt_studio.config import DeviceConfig


@dataclass(frozen=True)
class AppState:
    """What the panels share."""

    preferences: Preferences
    engine: Engine
    settings: Settings
    document: Document
    session: TrainingSession

    @classmethod
    def make(cls, preferences: Preferences, parent: QObject) -> "AppState":
        """Everything in its first state; the engine is not started yet."""
        engine = Engine(DeviceConfig(), parent)
        return cls(preferences, engine, Settings(parent), Document(parent), TrainingSession(engine, parent))
