"""Ctrl-C in a terminal: the state is saved, one line says so, and `--resume` completes the run."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from hgt_studio.graph.synthetic import write_sample_graph
from tests.helpers.command_line import QUICK, command

EPOCHS = 30


def epochs_done(run: Path) -> list[int]:
    path = run / "metrics.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    events = [json.loads(line) for line in lines if line.endswith("}")]
    return [event["epoch"] for event in events if event["event"] == "EpochDone"]


def test_an_interrupted_run_is_resumed(tmp_path: Path) -> None:
    kg, run = tmp_path / "kg.csv", tmp_path / "run"
    write_sample_graph(kg, scale=0.002)
    settings = (*QUICK, "--set", f"training.num_epochs={EPOCHS}", "--set", "evaluation.every_epochs=0")
    train = [sys.executable, "-m", "hgt_studio", "train", str(kg), "--out", str(run), "--json", *settings]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(train, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not epochs_done(run):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert [line for line in err.splitlines() if not line.startswith("note: ")] == ["hgt-studio: stopped by the user"]
    reached = epochs_done(run)
    assert 1 <= len(reached) < EPOCHS
    assert not json.loads((run / "manifest.json").read_text())["finished"]

    printed = command("train", kg, "--out", run, "--resume", "--json").json()
    assert epochs_done(run) == list(range(1, EPOCHS + 1))
    assert json.loads((run / "manifest.json").read_text())["finished"]
    assert command("evaluate", run, "--json").json()["test"] == printed["test"]
