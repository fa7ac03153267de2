"""Invented ids and names for the nodes of a sample graph, in the formats of PrimeKG's vocabularies."""

from collections.abc import Callable, Iterator

import numpy as np

from hgt_studio.graph.knowledge_graph import IntArray
from hgt_studio.graph.synthetic_counts import NODE_TYPES

_GROUPED_SHARE = 0.07

_ID_FORMAT: dict[str, Callable[[int], str]] = {
    "DrugBank": lambda number: f"DB{number:05d}",
    "REACTOME": lambda number: f"R-HSA-{number}",
    "CTD": lambda number: f"D{number:06d}",
}

_TISSUES = ("gastric", "renal", "hepatic", "dermal", "cardiac", "neural", "ocular", "pulmonary", "osseous", "vascular")
_PROCESSES = ("transport", "assembly", "folding", "signaling", "repair", "secretion", "adhesion", "migration", "uptake")
_SUBSTANCES = ("zalin", "morate", "(3R)-tivone", "2,4-dekalin", "perinol", "quorane", "luxamide", "norbidin", "sefatol")
_FINDINGS = ("atrophy", "pain", "lesions", "calcification", "dysplasia", "inflammation", "swelling", "weakness")
_NAME_PARTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "gene/protein": (tuple("ABCDEFGHKLMNPRSTW"), tuple("AEIKLNORTUXYZ"), tuple("BCDFGKLMNPRSTV"), tuple("123456789")),
    "drug": (
        ("Bel", "Cor", "Dex", "Fen", "Lam", "Nor"),
        ("ava", "ibo", "oxi", "umi"),
        ("mab", "nib", "pril", "statin"),
    ),
    "effect/phenotype": (("Absent ", "Recurrent ", '"Salt and pepper" ', ""), _TISSUES, (" ",), _FINDINGS),
    "disease": (
        ("hereditary ", "juvenile ", ""),
        _TISSUES,
        (" ",),
        _FINDINGS,
        ("", " syndrome", ", autosomal dominant"),
    ),
    "biological_process": (("", "regulation of ", "positive regulation of "), _SUBSTANCES, (" ",), _PROCESSES),
    "molecular_function": (_SUBSTANCES, (" binding", " kinase activity", " transporter activity")),
    "cellular_component": (_TISSUES, (" granule", " vesicle", " complex", " membrane, lumenal side")),
    "exposure": (_SUBSTANCES, ("", " dust", " vapour", ", total")),
    "pathway": (("", "Defective ", "Activation of "), _SUBSTANCES, (" ",), _PROCESSES),
    "anatomy": (("left ", "right ", "proximal ", "distal "), _TISSUES, (" gland", " layer", " nerve", " duct")),
}


def node_rows(type_ptr: IntArray, seed: int) -> Iterator[tuple[int, str, str, str, str]]:
    """Rows (index, id, type, name, source) of all nodes. An id is unique within a source, not between sources.

    type_ptr: shape (num_types + 1,), as in `SampleNodes`.
    """
    generator = np.random.default_rng([seed, 2])
    sources = np.repeat([node_type.source for node_type in NODE_TYPES], np.diff(type_ptr))
    numbers = np.empty(len(sources), dtype=np.int64)
    for source in sorted(set(sources)):
        rows = np.flatnonzero(sources == source)
        numbers[rows] = 1 + generator.permutation(4 * len(rows))[: len(rows)]
    is_grouped = (sources == "MONDO") & (generator.random(len(sources)) < _GROUPED_SHARE)
    bounds = type_ptr.tolist()
    for (type_name, source, _), first, last in zip(NODE_TYPES, bounds[:-1], bounds[1:], strict=True):
        for index in range(first, last):
            id_ = _ID_FORMAT.get(source, str)(int(numbers[index]))
            name = _name(type_name, index - first)
            if is_grouped[index]:
                yield index, f"{id_}_{numbers[index] + 1}", type_name, name, f"{source}_grouped"
            else:
                yield index, id_, type_name, name, source


def _name(node_type: str, number: int) -> str:
    """A name of its own for each number: the parts in all combinations, then numbered."""
    words = []
    for choices in _NAME_PARTS[node_type]:
        number, choice = divmod(number, len(choices))
        words.append(choices[choice])
    return "".join(words) + (f" {number + 1}" if number else "")
