"""Names of new runs, and the graph that an old run belongs to."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from hgt_studio.app.state.run_folder import graph_of_run, new_run_folder
from hgt_studio.errors import RunDirectoryError

NOW = datetime(2026, 11, 22, 23, 5)


def test_folders_of_one_minute_are_told_apart(tmp_path):
    graph = Path("/data/my.kg.csv.gz")
    names = []
    for _ in range(3):
        folder = new_run_folder(tmp_path, graph, NOW)
        folder.mkdir()
        names.append(folder.name)
    assert names == ["my 2026-11-22 23.05", "my 2026-11-22 23.05 (2)", "my 2026-11-22 23.05 (3)"]


def test_the_graph_of_a_run_is_found_or_its_absence_explained(tmp_path):
    graph = tmp_path / "kg.csv"
    with pytest.raises(RunDirectoryError, match="does not say"):
        graph_of_run(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"graph": {"path": str(graph)}}))
    with pytest.raises(RunDirectoryError, match="is gone"):
        graph_of_run(tmp_path)
    graph.touch()
    assert graph_of_run(tmp_path) == graph
