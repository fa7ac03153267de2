"""`hgt-studio` and `python -m hgt_studio`: without arguments, or with `open`, the window; else the command line."""

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

_NO_QT: Final = (
    "the window needs PySide6, which is not installed; get it with: pip install 'hgt-studio[app]', "
    "or use the commands (hgt-studio --help)"
)


def main() -> None:
    """Run what the arguments ask for and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Open the window or run one command."""
    if not arguments:
        return _open_window([])
    _add_open_command()
    from hgt_studio.cli import run as run_command

    return run_command(arguments)


def _open_window(files: Sequence[str]) -> int:
    if not all(map(find_spec, ("PySide6", "pyqtgraph", "qasync"))):
        print(f"hgt-studio: {_NO_QT}", file=sys.stderr)
        return 2
    from hgt_studio.app.main import run_app

    return run_app(files)


def _add_open_command() -> None:
    """Let the command line know `open`: it may not import the app itself."""
    from typer import Argument

    from hgt_studio.cli.commands import app

    @app.command("open")
    def open_(kg: Annotated[Path | None, Argument(metavar="KG", help="the graph file to open")] = None) -> int:
        """Open the window, and in it a graph file."""
        return _open_window([str(kg)] if kg else [])


if __name__ == "__main__":
    main()
