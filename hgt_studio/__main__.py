"""`hgt-studio` and `python -m hgt_studio`."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from hgt_studio.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
