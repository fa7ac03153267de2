"""The table of results: options are chosen without a look at test edges."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.quality.table import print_table


def line(model: str, kind: str, options: Any, validation: float, test: float | None) -> str:
    sides = {"validation": validation} | ({} if test is None else {"test": test})
    metrics = {
        side: {
            "mrr": mrr, "macro": {"mrr": mrr}, "hits@1": 0.1, "hits@3": 0.2, "hits@10": 0.3, "auroc": 0.9,
            "average_precision": 0.9, "confidence_95": {"mrr": [mrr, mrr]},
        }
        for side, mrr in sides.items()
    }  # fmt: skip
    health = {"mean_abs_cosine": 0.1, "effective_rank": 90.0, "verdict": "good"}
    named = {"graph": "g", "model": model, "kind": kind, "options": options, "seconds": 1.0, "peak_bytes": 1 << 20}
    return json.dumps(named | metrics | {"health": health})


@pytest.mark.parametrize("asks_test", [True, False])
def test_of_the_options_of_a_model_the_best_on_validation_edges_is_shown(
    asks_test: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Though others did better on test edges. While tuning, all are shown."""
    rows = [
        ("complex-a", "pykeen", {"interaction": "complex"}, 0.30, 0.25),
        ("complex-b", "pykeen", {"interaction": "complex"}, 0.28, 0.29),
        ("transe", "pykeen", {"interaction": "transe"}, 0.20, 0.21),
        ("best", "hgt_studio", [], 0.31, 0.32),
        ("best-0.5", "hgt_studio", [], 0.305, 0.33),
    ]
    path = tmp_path / "quality.jsonl"
    path.write_text("\n".join(line(*row[:4], row[4] if asks_test else None) for row in rows))
    print_table([path])
    shown = [text.split("|")[1].strip() for text in capsys.readouterr().out.splitlines() if text.startswith("| ")][2:]
    tuned, options = ["best", "complex-a", "transe"], ["best", "best-0.5", "complex-a", "complex-b", "transe"]
    assert shown == (tuned if asks_test else options)
