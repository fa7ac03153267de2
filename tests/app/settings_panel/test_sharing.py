"""What is copied does what the window does: both texts are run against the real command line and the real library."""

import inspect
import shlex
from pathlib import Path

import hgt_studio
from hgt_studio.app.settings_panel import as_command_line, as_python
from hgt_studio.config import RunConfig, apply_overrides

CHANGED = apply_overrides(
    RunConfig(),
    [
        "training.num_epochs=7", "sampling.num_neighbors=[15, 10]", "data.limit_nodes=500", "training.patience=0",
        'data.exclude_node_types=["drug", "it\'s odd"]', "data.columns.head=a", "data.columns.tail=b c",
    ],
)  # fmt: skip


def overrides_of(command: str) -> list[str]:
    words = shlex.split(command)
    assert words[:2] == ["hgt-studio", "train"]
    return [words[at + 1] for at, word in enumerate(words) if word == "--set"]


def test_the_command_line_sets_what_differs_and_nothing_else() -> None:
    command = as_command_line(CHANGED, Path("my graphs/kg.csv"))
    assert shlex.split(command)[2] == "my graphs/kg.csv"
    overrides = overrides_of(command)
    assert apply_overrides(RunConfig(), overrides) == CHANGED
    assert overrides_of(as_command_line(RunConfig(), None)) == []


def test_the_python_text_calls_train_with_the_same_settings() -> None:
    text = as_python(CHANGED, Path("kg.csv"))
    calls: list[inspect.BoundArguments] = []
    signature = inspect.signature(hgt_studio.train)

    class Library:
        @staticmethod
        def train(*arguments: object, **options: object) -> None:
            calls.append(signature.bind(*arguments, **options))

    body = text.removeprefix("import hgt_studio\n")
    exec(body, {"hgt_studio": Library})
    (call,) = calls
    assert call.arguments["graph"] == "kg.csv"
    assert RunConfig.build(call.arguments["config"]) == CHANGED
