"""The command line within the process of the test."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

from hgt_studio.cli import run

# A run of a few seconds on a sample graph of scale 0.002.
QUICK_SETTINGS = (
    "architecture.hidden_dim=16", "architecture.embedding_dim=12", "architecture.num_heads=2",
    "sampling.batch_size=64", "sampling.num_neighbors=[4, 3]",
    "training.num_epochs=2", "training.least_batches=1", "training.gradient_accumulation_steps=2",
    "training.learning_rate=0.01",
    "evaluation.every_epochs=1", "evaluation.memory_budget_mib=16", "device.name=cpu", "device.cpu_threads=1",
)  # fmt: skip
QUICK = tuple(argument for setting in QUICK_SETTINGS for argument in ("--set", setting))


@dataclass(frozen=True)
class Outcome:
    """What a command answered."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """The one line that `--json` prints."""
        assert self.code == 0, self.err
        (line,) = self.out.splitlines()
        values: dict[str, Any] = json.loads(line)
        return values


def command(*arguments: object) -> Outcome:
    """Run `hgt-studio` with these arguments."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    return Outcome(code, out.getvalue(), err.getvalue())
