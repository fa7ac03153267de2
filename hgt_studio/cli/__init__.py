"""The command line."""

from hgt_studio.cli.main import run

__all__ = ["run"]
