"""`python -m flights sources`: what there is to pull."""

import argparse
import sys

from flights import CONTENTS_SENTENCE
from flights.commands.base import DONE, tell
from flights.export import format_sources
from flights.sources import SOURCES, find_spec

EXAMPLE = "sources"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The form of the list."""
    parser.add_argument("--format", choices=("table", "json", "markdown"), default="table")


def run(asked: argparse.Namespace) -> int:
    """Print the specs of all sources."""
    sys.stdout.write(f"{format_sources([find_spec(key) for key in SOURCES], asked.format)}\n")
    tell(CONTENTS_SENTENCE)
    return DONE
