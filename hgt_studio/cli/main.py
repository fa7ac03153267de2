"""From arguments to an exit code: every error ends here, in one line.

Exit codes: 0 done; 1 a fault of the program (details in a log file); 2 something the user can mend; 130 stopped.
"""

import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

import typer

from hgt_studio.cli.commands import app
from hgt_studio.errors import CancelledError, HgtStudioError


def run(arguments: Sequence[str]) -> int:
    """Run one command."""
    try:
        result = typer.main.get_command(app).main(list(arguments), prog_name="hgt-studio", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except (CancelledError, typer.Abort, KeyboardInterrupt) as error:
        return _complain(str(error) or "stopped by the user", 130)
    except HgtStudioError as error:
        return _complain(str(error), 2)
    except typer.TyperException as error:
        describe = getattr(error, "format_message", error.__str__)  # names the option or argument at fault
        return _complain(describe(), 2)
    except BrokenPipeError:
        return 0
    except Exception:
        return _complain(f"a fault of the program, not of yours; please report it with {_write_log()}", 1)


def _complain(message: str, code: int) -> int:
    print(f"hgt-studio: {' '.join(message.split())}", file=sys.stderr)
    return code


def _write_log() -> Path:
    """Keep the traceback in a file of its own."""
    with tempfile.NamedTemporaryFile("w", prefix="hgt-studio-", suffix=".log", delete=False) as file:
        traceback.print_exc(file=file)
    return Path(file.name)
