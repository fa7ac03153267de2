"""Which column of a table plays which part: PrimeKG's by name, others by a mapping, given or guessed."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from hgt_studio.config import ColumnMapping
from hgt_studio.errors import InputError, suggest

PRIMEKG_COLUMNS = (
    "relation", "display_relation",
    "x_index", "x_id", "x_type", "x_name", "x_source",
    "y_index", "y_id", "y_type", "y_name", "y_source",
)  # fmt: skip

_ENDS = (
    ("head", "tail"), ("subject", "object"), ("source", "target"), ("source", "destination"), ("from", "to"),
    ("start", "end"), ("src", "dst"), ("x", "y"), ("h", "t"), ("s", "o"), ("node1", "node2"),
)  # fmt: skip
_KEYS = ("", "_id", "_index", "_node")
_RELATIONS = (
    "relation", "predicate", "edge_type", "relationship", "relation_type", "rel", "r", "p", "type", "edge",
    "interaction", "label",
)  # fmt: skip


@dataclass(frozen=True)
class EndColumns:
    """Columns of one end of an edge, by position; None: there is no such column.

    A node is known by `index`, else by (`type`, `source`, `id`).
    """

    index: int | None
    id: int | None
    type: int | None
    name: int | None
    source: int | None

    @property
    def key(self) -> int:
        """The column that, alone or within type and source, tells nodes apart."""
        key = self.id if self.index is None else self.index
        assert key is not None, "columns without a key are refused when they are chosen"
        return key


@dataclass(frozen=True)
class EdgeColumns:
    """Columns of an edge table, by position."""

    relation: int | None
    head: EndColumns
    tail: EndColumns

    def positions(self) -> list[int]:
        """The columns in use, ascending."""
        ends = (self.head, self.tail)
        used = {self.relation, *(p for end in ends for p in (end.index, end.id, end.type, end.name, end.source))}
        return sorted(position for position in used if position is not None)

    def as_fields(self) -> "EdgeColumns":
        """The same parts, by their place among `positions()`."""
        field = {position: i for i, position in enumerate(self.positions())}

        def end(columns: EndColumns) -> EndColumns:
            return EndColumns(*(None if p is None else field[p] for p in astuple(columns)))

        return EdgeColumns(None if self.relation is None else field[self.relation], end(self.head), end(self.tail))


def is_primekg(columns: Sequence[str]) -> bool:
    """Whether a table means to be PrimeKG's: at least half of its twelve columns are there."""
    return 2 * len(set(columns) & set(PRIMEKG_COLUMNS)) >= len(PRIMEKG_COLUMNS)


def primekg_columns(columns: Sequence[str]) -> EdgeColumns:
    """The columns of PrimeKG's `kg.csv`; names and sources may be missing, indices too if ids are there.

    Raises:
        InputError: a needed column is missing.
    """
    indexed = "x_index" in columns or "y_index" in columns
    key = "index" if indexed else "id"
    for needed in ("relation", f"x_{key}", "x_type", f"y_{key}", "y_type"):
        _position(needed, columns, "is missing from this PrimeKG table")

    def find(name: str) -> int | None:
        return columns.index(name) if name in columns else None

    def end(side: str) -> EndColumns:
        index, id_, type_, name, source = (find(f"{side}_{part}") for part in ("index", "id", "type", "name", "source"))
        return EndColumns(index, id_, type_, name, source)

    return EdgeColumns(find("relation"), end("x"), end("y"))


def mapped_columns(columns: Sequence[str], mapping: ColumnMapping) -> EdgeColumns:
    """The columns that a mapping names.

    Raises:
        InputError: the mapping lacks head or tail, has a type for one end only, or names a column that is not there.
    """
    if not mapping.head or not mapping.tail:
        shown = ", ".join(f"'{column}'" for column in columns[:12])
        raise InputError(
            f"which columns hold the two ends of an edge? Set data.columns.head and .tail to two of {shown}"
        )
    if bool(mapping.head_type) != bool(mapping.tail_type):
        raise InputError("data.columns has a type column for one end only; set both head_type and tail_type, or none")
    found = {
        role: _position(name, columns, f"(data.columns.{role}) is not in the table") if name else None
        for role, name in mapping
    }
    head = EndColumns(None, found["head"], found["head_type"], found["head_name"], found["head_source"])
    tail = EndColumns(None, found["tail"], found["tail_type"], found["tail_name"], found["tail_source"])
    return EdgeColumns(found["relation"], head, tail)


def guess_mapping(columns: Sequence[str]) -> ColumnMapping:
    """The mapping that a table suggests; parts that nothing suggests stay empty.

    A table of three columns with names that say nothing is read as head, relation, tail; of two, as head, tail.
    """
    named = mapping_from_names(columns)
    if named is not None or len(columns) not in (2, 3):
        return named or ColumnMapping()
    return ColumnMapping(head=columns[0], relation=columns[1] if len(columns) == 3 else "", tail=columns[-1])


def mapping_from_names(columns: Sequence[str]) -> ColumnMapping | None:
    """The mapping that usual column names spell out, if both ends of an edge are among them."""
    folded = {column.strip().strip(":_").replace(" ", "_").casefold(): column for column in reversed(columns)}

    def first(*words: str) -> str:
        return next((folded[word] for word in words if word in folded), "")

    for head, tail in _ENDS:
        keys = [first(*(stem + key for key in _KEYS)) for stem in (head, tail)]
        if all(keys):
            types = [first(f"{stem}_type", f"{stem}_category") for stem in (head, tail)]
            return ColumnMapping(
                head=keys[0], relation=first(*_RELATIONS), tail=keys[1],
                head_type=types[0] if all(types) else "", tail_type=types[1] if all(types) else "",
                head_name=first(f"{head}_name", f"{head}_label"), tail_name=first(f"{tail}_name", f"{tail}_label"),
                head_source=first(f"{head}_source"), tail_source=first(f"{tail}_source"),
            )  # fmt: skip
    return None


def describe(mapping: ColumnMapping) -> str:
    """A mapping in words: `head = a, relation = b, tail = c`."""
    return ", ".join(f"{role} = {name}" for role, name in mapping if name)


def _position(name: str, columns: Sequence[str], what: str) -> int:
    if name not in columns:
        others = set(columns) - set(PRIMEKG_COLUMNS)
        raise InputError(f"the column '{name}' {what}; {suggest(name, others or columns)}")
    return columns.index(name)
