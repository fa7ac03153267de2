"""Files that are whole or not there: written beside their place, then renamed onto it."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedRandom
from pathlib import Path

from hgt_studio.errors import HgtStudioError

NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def atomic_write(path: Path, error_type: type[HgtStudioError], needed_bytes: int = 0) -> Iterator[BufferedRandom]:
    """Open a temporary file beside `path` to write and read; when the block ends well it takes the place of `path`.

    On any error the temporary file goes and an older file stays as it was. A symbolic link is followed. What needs a
    path writes to `file.name`. `needed_bytes` is the expected size: a disk with less free space is refused at once.

    Raises:
        error_type: the file cannot be written (folder missing, no permission, disk full ...).
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if shutil.disk_usage(target.parent).free < needed_bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with open(temporary, "x+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise error_type(_explain(error, target, needed_bytes)) from error
        raise


def _explain(error: OSError, path: Path, needed_bytes: int) -> str:
    if error.errno in NO_SPACE:
        needed = f"about {needed_bytes / 2**20:,.1f} MiB are needed and " if needed_bytes else ""
        free = f"{shutil.disk_usage(path.parent).free / 2**20:,.1f} MiB are free"
        return f"{path}: {error.strerror}: {needed}{free}; make room or choose another folder"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{path}: no permission to write there; choose another folder"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return f"{path}: there is no folder {path.parent}; create it or choose another"
    if error.errno == errno.EISDIR:
        return f"{path}: is a folder; give the name of a file"
    return f"{path}: cannot be written ({error.strerror or str(error).splitlines()[0]})"
