"""The version of the program, here and nowhere else."""

VERSION = "0.1.0"
