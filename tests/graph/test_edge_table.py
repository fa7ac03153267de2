from pathlib import Path

import pandas as pd
import pytest

from hgt_studio.config import DataConfig
from hgt_studio.graph import load_graph, to_pandas
from tests.helpers.tables import real_table


@pytest.mark.parametrize("name", ["real_small.csv.gz", "primekg_slice.csv.gz"])
def test_the_table_equals_the_file(name: str) -> None:
    file = pd.read_csv(real_table(name), dtype={"x_id": str, "y_id": str}, keep_default_na=False)
    table = to_pandas(load_graph(real_table(name)))
    assert list(table.columns) == list(file.columns)
    keys = ["relation", "x_index", "y_index"]
    file = file.drop(columns="display_relation").drop_duplicates(keys)
    table = table.drop(columns="display_relation")
    pd.testing.assert_frame_equal(
        table.sort_values(keys, ignore_index=True), file.sort_values(keys, ignore_index=True), check_dtype=False
    )


def test_the_table_can_be_read_again(tmp_path: Path) -> None:
    graph = load_graph(real_table("umls/train.txt"))
    to_pandas(graph).to_csv(tmp_path / "kg.csv", index=False)
    again = load_graph(tmp_path / "kg.csv", DataConfig(add_reverse_edges=False))
    assert (again.triplets, again.num_edges, again.num_nodes) == (graph.triplets, graph.num_edges, graph.num_nodes)
    assert again.edge_source.tolist() == graph.edge_source.tolist()
    assert again.reverse.tolist() == graph.reverse.tolist()
