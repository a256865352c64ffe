"""The commands of `python -m flights`: a new command is one module here and one line below.

A module has `EXAMPLE` (arguments), `add_options(parser)` and `run(asked)`, which returns the exit
code. It is imported when its command is used, so that help for one command loads no other.
"""

import argparse
from collections.abc import Callable, Sequence
from typing import Any

COMMANDS = {
    "sources": "list the sources: what each one gives and needs",
    "pull": "download days of a source into the archive",
    "reference": "download or list tables of aircraft, airports and routes",
    "ledger": "list the days of the archive and their state",
    "flights": "export flights of the archive, all or those of a route",
    "explain": "report one flight: gaps in reception and where it may have been",
    "track": "fetch the track of one flight from OpenSky (last 30 days)",
}
"""Name of a command and of its module -> what it does."""


class LazyParser(argparse.ArgumentParser):
    """A parser that adds its options when it is used, so that help for one command loads no other.

    `add_options(parser)` runs once, before the first arguments are read.
    """

    def __init__(self, *, add_options: Callable[["LazyParser"], None], **more: Any) -> None:
        super().__init__(allow_abbrev=False, **more)
        self._add_options: Callable[[LazyParser], None] | None = add_options

    def parse_known_args(
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """As `ArgumentParser.parse_known_args`, after the options were added."""
        if self._add_options is not None:
            add, self._add_options = self._add_options, None
            add(self)
        return super().parse_known_args(args, namespace)
