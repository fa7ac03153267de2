"""Runs a generator one item ahead in a thread of its own."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Generator[Item, None, None]) -> Generator[Item, None, None]:
    """The items in order, the next one made while the caller works on this one.

    When this generator ends or is closed, so are its thread and `items`.
    """
    with closing(items), ThreadPoolExecutor(1, "read-ahead") as pool:
        upcoming = pool.submit(next, items, None)
        while (item := upcoming.result()) is not None:
            upcoming = pool.submit(next, items, None)
            yield item
