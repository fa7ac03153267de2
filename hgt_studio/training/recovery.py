"""Going on after "out of memory": with half the batch and twice the accumulation, or with half the working memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from hgt_studio.device.base import Device
from hgt_studio.device.out_of_memory import parse_out_of_memory
from hgt_studio.training.events import EventHandler, Notice

Result = TypeVar("Result")

MOST_HALVINGS = 3


@contextmanager
def shortage_in_plain_words() -> Iterator[None]:
    """Raise `OutOfMemoryError` in place of what torch, numpy or Python say when memory runs out; also a decorator."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        shortage = parse_out_of_memory(error)
        if shortage is None:
            raise
        raise shortage.to_error() from None


def retry_with_less(work: Callable[[int], Result], budget_bytes: int, device: Device, on_event: EventHandler) -> Result:
    """Do `work(budget_bytes)`; when memory runs out, free the cache and try again with half the budget.

    Raises:
        OutOfMemoryError: three halvings did not help.
    """
    for halvings in range(MOST_HALVINGS + 1):
        try:
            return work(budget_bytes >> halvings)
        except (RuntimeError, MemoryError) as error:
            found = parse_out_of_memory(error)
            if found is None:
                raise
            shortage = found.to_error()
        # Here the error is gone, and with it the tensors that its traceback held.
        if halvings < MOST_HALVINGS:
            device.empty_cache()
            on_event(
                Notice(f"memory ran out; trying again with {budget_bytes >> (halvings + 21)} MiB of working memory")
            )
    raise shortage
