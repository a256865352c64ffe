"""A parser that adds its options when it is used, so that help for one command loads no other."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any


class LazyParser(argparse.ArgumentParser):
    """`add_options(parser)` runs once, before the first arguments are read."""

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
