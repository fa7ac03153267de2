"""What kind of file this is, told by its first bytes, and its bytes unpacked."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Literal

from hgt_studio.errors import InputError

Format = Literal["text", "gzip", "parquet"]
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def file_format(path: Path) -> Format:
    """The format of a file.

    Raises:
        InputError: there is no such file, it is a folder, empty, may not be read, or is not what its name says.
    """
    with readable(path), path.open("rb") as file:
        magic = file.read(4)
    if not magic:
        raise InputError(f"'{path}' is empty; download or save it again")
    if magic == b"PAR1":
        return "parquet"
    if magic[:2] == b"\x1f\x8b":
        return "gzip"
    if magic[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(f"'{path}' is text in UTF-16; save it in UTF-8")
    named = {".parquet": "Parquet", ".gz": "gzip"}.get(path.suffix.lower())
    if named:
        raise InputError(f"'{path}' is not a {named} file, whatever its name says; download it again or rename it")
    return "text"


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turns what the system says about a file into our errors."""
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"there is no file '{path}'; check the path") from None
    except IsADirectoryError:
        raise InputError(f"'{path}' is a folder; choose the table in it, for example kg.csv") from None
    except PermissionError:
        raise InputError(f"no permission to read '{path}'; change its permissions or copy it") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(
            f"'{path}' ends early or is damaged: its gzip data cannot be unpacked; download it again"
        ) from None
    except OSError as error:
        reason = error.strerror or " ".join(str(error).split())
        raise InputError(f"'{path}' cannot be read ({reason}); check the file and the disk") from None


@dataclass(frozen=True, eq=False)
class TextFile:
    """An open text file, unpacked where it is gzip; a byte order mark at its start is skipped."""

    raw: BufferedReader
    unpacked: BufferedReader | gzip.GzipFile

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> "Iterator[TextFile]":
        packed = file_format(path) == "gzip"
        with readable(path), path.open("rb") as raw:
            file = cls(raw, gzip.GzipFile(fileobj=raw) if packed else raw)
            if file.unpacked.read(3) != _BYTE_ORDER_MARK:
                file.unpacked.seek(0)
            yield file

    def read_into(self, buffer: memoryview) -> int:
        """Fill the buffer as far as the file goes; returns the number of bytes read."""
        filled = 0
        while filled < len(buffer):
            count = self.unpacked.readinto(buffer[filled:])
            if not count:
                break
            filled += count
        return filled

    @property
    def bytes_done(self) -> int:
        """How far the file on disk was read."""
        return self.raw.tell()


def file_size_bytes(path: Path) -> int:
    """Size on disk."""
    with readable(path):
        return path.stat().st_size
