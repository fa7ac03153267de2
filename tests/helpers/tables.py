"""Edge tables in PrimeKG's form, as text, and the real ones beside the repository."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from hgt_studio.graph.columns import PRIMEKG_COLUMNS
from hgt_studio.graph.knowledge_graph import KnowledgeGraph

HEADER = ",".join(PRIMEKG_COLUMNS)
NODES = {
    1: ("9", "gene/protein", "ABC1", "NCBI"),
    2: ("9", "drug", "aspirin, plain", "DrugBank"),
    3: ("13_14", "disease", 'so-called "gout"', "MONDO_grouped"),
    7: ("9", "disease", "Ménière", "MONDO"),
}
FACTS = (("drug_protein", 2, 1), ("indication", 2, 3), ("indication", 2, 7), ("disease_disease", 3, 7))


def primekg_text(facts: Sequence[tuple[str, int, int]] = FACTS, columns: Sequence[str] = PRIMEKG_COLUMNS) -> str:
    """`kg.csv` with both directions of some facts (relation, x_index, y_index) between `NODES`."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for relation, x, y in [*facts, *((relation, y, x) for relation, x, y in facts)]:
        row: dict[str, object] = {"relation": relation, "display_relation": relation}
        for side, index in (("x", x), ("y", y)):
            id_, type_, name, source = NODES[index]
            row |= {f"{side}_index": index, f"{side}_id": id_, f"{side}_type": type_, f"{side}_name": name}
            row[f"{side}_source"] = source
        writer.writerow(row)
    return out.getvalue()


def real_table(name: str) -> Path:
    """One of the real graphs that lie beside the repository; the test is skipped where there are none."""
    path = Path(__file__).resolve().parents[2] / "../shared/data" / name
    if not path.exists():
        pytest.skip(f"the real graph {name} is not here")
    return path


def edge_set(graph: KnowledgeGraph) -> set[tuple[str, str, str, str, str]]:
    """The edges in words: source type and id, relation, destination type and id."""
    edges = graph.edges()
    ids = graph.nodes["id"].to_pylist()
    return {
        (triplet.source_type, ids[source], triplet.relation, triplet.destination_type, ids[destination])
        for source, triplet, destination in zip(
            edges.source.tolist(), (graph.triplets[t] for t in edges.triplet), edges.destination.tolist(), strict=True
        )
    }
