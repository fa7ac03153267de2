"""A name without blanks for each node, for formats that know nodes by name only."""

import re
from collections import Counter

import pyarrow as pa

BLANKS = re.compile(r"\s+")


def unique_names(nodes: pa.Table) -> list[str]:
    """The id of each node; among equal ones `source:id`, then `type:source:id`, then with `#row` at the end.

    nodes: columns `NODE_COLUMNS`. Ids of different vocabularies collide (PrimeKG's do), so an id alone is no name.
    The last form is always unique: what follows its last `#` is the row.
    """
    names = ("node_id", "node_type", "node_source")
    columns = [[BLANKS.sub("_", text) or "_" for text in nodes[name].to_pylist()] for name in names]
    forms = [
        (id, f"{source}:{id}", f"{type}:{source}:{id}", f"{type}:{source}:{id}#{row}")
        for row, (id, type, source) in enumerate(zip(*columns, strict=True))
    ]
    levels = [0] * len(forms)
    while True:
        chosen = [form[level] for form, level in zip(forms, levels, strict=True)]
        uses = Counter(chosen)
        if len(uses) == len(forms):
            return chosen
        levels = [min(level + (uses[name] > 1), 3) for name, level in zip(chosen, levels, strict=True)]
