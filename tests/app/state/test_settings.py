"""Settings: always valid, undoable, with what was typed wrong beside it."""

from hgt_studio.app.state.settings import Settings
from hgt_studio.config import RunConfig, apply_overrides


def test_a_valid_value_is_taken_and_told_and_undone(settings: Settings) -> None:
    told: list[RunConfig] = []
    settings.changed.connect(told.append)
    settings.set_value("training.num_epochs", 7)
    assert told == [apply_overrides(RunConfig(), ["training.num_epochs=7"])]
    settings.undo_stack.undo()
    assert settings.config == RunConfig()
    settings.undo_stack.redo()
    assert settings.config.training.num_epochs == 7


def test_an_invalid_value_changes_nothing_and_is_remembered_until_it_is_mended(settings: Settings) -> None:
    settings.set_value("training.learning_rate", 5.0)
    assert settings.config == RunConfig()
    assert "less than or equal to 1" in settings.errors["training.learning_rate"]
    settings.set_value("training.num_epochs", 7)
    assert set(settings.errors) == {"training.learning_rate"}
    settings.set_value("training.learning_rate", 0.01)
    assert settings.errors == {}
    assert settings.config.training.learning_rate == 0.01


def test_typing_in_one_field_is_one_step_of_undo(settings: Settings) -> None:
    for value in (1, 12, 125):
        settings.set_value("training.num_epochs", value)
    settings.set_value("training.patience", 3)
    settings.undo_stack.undo()
    settings.undo_stack.undo()
    assert settings.config == RunConfig()
    assert not settings.undo_stack.canUndo()


def test_layers_and_fan_outs_change_together(settings: Settings) -> None:
    settings.set_value("architecture.num_layers", 4)
    assert settings.config.sampling.num_neighbors == (10, 5, 5, 5)
    assert len(settings.config.sampling.num_samples) == 4
    settings.set_value("architecture.num_layers", 1)
    assert settings.config.sampling.num_neighbors == (10,)
    assert settings.errors == {}


def test_a_preset_leaves_graph_device_and_export_alone(settings: Settings) -> None:
    mine = ["data.validation_share=0.1", "device.name=cpu", "export.format=csv"]
    settings.replace(apply_overrides(RunConfig(), mine), "mine")
    settings.choose_preset("Reference")
    assert settings.config.architecture.decoder == "dot"
    assert (settings.config.device.name, settings.config.export.format) == ("cpu", "csv")
    assert settings.baseline_value("architecture.decoder") == "dot"
    settings.set_value("architecture.decoder", "distmult")
    settings.reset("architecture.decoder")
    assert settings.config.architecture.decoder == "dot"
    settings.undo_stack.setIndex(0)
    assert (settings.preset_name, settings.config) == ("Balanced", RunConfig())


def test_locked_settings_do_not_change(settings: Settings) -> None:
    settings.set_locked(True)
    settings.set_value("training.num_epochs", 7)
    settings.choose_preset("Reference")
    settings.replace(apply_overrides(RunConfig(), ["training.seed=3"]), "other")
    assert settings.config == RunConfig()
