"""What a phase of a run takes and gives back, block by block in its true order; its highest point is the peak."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from hgt_studio.memory.allocator import fresh_slack, reuse_slack
from hgt_studio.typing import DeviceKind

SLACK = "allocator slack"
_FLOAT_BYTES = 4
_INDEX_BYTES = 8


class Block(NamedTuple):
    """Memory that a part of the run holds."""

    part: str
    num_bytes: int
    slack_bytes: int


@dataclass(frozen=True)
class Peak:
    """The highest point: its bytes, and the parts (paths such as "layer 1/kept for backward") that were live then."""

    num_bytes: int
    parts: dict[str, int]


@dataclass
class Ledger:
    """Writes the steps down; the peak is found at the end.

    device: whose allocator rounds the blocks up.
    names, changes: the part of each step, and by how many bytes it changed.
    """

    device: DeviceKind = "cpu"
    names: list[str] = field(default_factory=list)
    changes: list[int] = field(default_factory=list)

    def take(self, part: str, num_bytes: int) -> Block:
        """A new block; what rounding adds is booked as `SLACK`."""
        block = Block(part, num_bytes, reuse_slack(num_bytes, self.device))
        self._book(*block)
        return block

    def keep(self, part: str, sizes: Iterable[int]) -> None:
        """Blocks that are never given back, booked as one."""
        sizes = list(sizes)
        self._book(part, sum(sizes), sum(fresh_slack(size, self.device) for size in sizes))

    def free(self, *blocks: Block) -> None:
        """Give blocks back."""
        for part, num_bytes, slack_bytes in blocks:
            self._book(part, -num_bytes, -slack_bytes)

    def _book(self, part: str, change: int, slack_bytes: int) -> None:
        self.names.append(part)
        self.changes.append(change)
        if slack_bytes:
            self.names.append(SLACK)
            self.changes.append(slack_bytes)

    def account(self, part: str) -> "Account":
        """Takes blocks for one part."""
        return Account(self, part)

    def peak(self) -> Peak:
        """The highest point over all steps so far."""
        live = list(accumulate(self.changes))
        highest = max(live)
        parts: dict[str, int] = {}
        for part, change in zip(self.names[: live.index(highest) + 1], self.changes, strict=False):
            parts[part] = parts.get(part, 0) + change
        return Peak(highest, {part: size for part, size in parts.items() if size})


@dataclass(frozen=True, slots=True)
class Account:
    """A part of a ledger."""

    ledger: Ledger
    part: str

    def floats(self, count: int) -> Block:
        """A block of float32 numbers."""
        return self.ledger.take(self.part, _FLOAT_BYTES * count)

    def indices(self, count: int) -> Block:
        """A block of int64 numbers."""
        return self.ledger.take(self.part, _INDEX_BYTES * count)

    def bytes(self, count: int) -> Block:
        """A block of bytes or bools."""
        return self.ledger.take(self.part, count)

    def free(self, *blocks: Block) -> None:
        """Give blocks of the same ledger back."""
        self.ledger.free(*blocks)
