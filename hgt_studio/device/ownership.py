"""One thread owns every device call.

Two Python threads that issue MPS operations abort the process (pytorch issue 197805). The training loop therefore
claims the device for its thread; until it lets go, a device call from any other thread raises. The check is one
comparison and always on, on every kind of device, so that tests without a Mac find the offence too.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from hgt_studio.errors import DeviceError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Ownership:
    """Which thread owns the device; nobody at first, and then any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner: threading.Thread | None = None

    @contextmanager
    def claim(self) -> Iterator[None]:
        """Own the device for the length of a `with` block, which the owner may nest.

        Raises:
            DeviceError: another thread owns it.
        """
        with self._lock:
            self.check()
            outermost = self._owner is None
            self._owner = threading.current_thread()
        try:
            yield
        finally:
            if outermost:
                self._owner = None

    def check(self) -> None:
        """Raise `DeviceError` if another thread owns the device."""
        owner = self._owner
        if owner is not None and owner is not threading.current_thread():
            raise DeviceError(
                f"thread '{threading.current_thread().name}' called the device that thread '{owner.name}' owns; "
                "stop the run first"
            )


_ownership = Ownership()
claim_device = _ownership.claim
assert_owner = _ownership.check


def device_call(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """A method that only the owner of the device may call."""

    @wraps(function)
    def checked(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        assert_owner()
        return function(*args, **kwargs)

    return checked
