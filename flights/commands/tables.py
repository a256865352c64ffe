"""Tables on a terminal, drawn by rich; scripts and files get the plain text instead.

rich is imported when a table is drawn, so that help starts fast. It obeys NO_COLOR by itself.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import Literal

Cells = Sequence[str]

STATE_STYLES = {
    "complete": "green",
    "in use": "green",
    "partial": "yellow",
    "failed": "red",
    "missing": "yellow",
    "not asked": "dim",
}


def print_table(
    plain: str, heads: Cells, rows: Iterable[Cells], *, right: Sequence[str] = (), title: str = ""
) -> None:
    """A table on a terminal, `plain` elsewhere. `right` names the columns of numbers."""
    if not sys.stdout.isatty():
        sys.stdout.write(f"{plain}\n")
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=SIMPLE_HEAD,
        title=Text(title) if title else None,
        title_justify="left",
        show_header=any(heads),
        pad_edge=False,
        padding=0,  # so that the ledger fits 80 columns
    )
    for n, head in enumerate(heads):
        # Only the last column has sentences: a broken day or hash cannot be copied.
        last = n == len(heads) - 1
        justify: Literal["left", "right"] = "right" if head in right else "left"
        table.add_column(head, justify=justify, overflow="fold", no_wrap=not last)
    for row in rows:
        # Text, not markup: names in files are not trusted.
        table.add_row(*(Text(_printable(c), style=STATE_STYLES.get(c, "")) for c in row))
    Console(file=sys.stdout).print(table)


def _printable(text: str) -> str:
    """Without control characters, which could steer the terminal."""
    return "".join(each if each.isprintable() else "?" for each in text)
