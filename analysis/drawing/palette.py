"""The colours for light and dark, and the mark and colour of each kind of verdict.

One hue for observed flights, its tint for possible ones, grey for missing days, one accent for
events. Tests check contrast and the distance for colour-blind readers.
"""

from dataclasses import dataclass

from analysis.study import VERDICTS

FONT = "Source Sans, Liberation Sans, DejaVu Sans, sans-serif"


@dataclass(frozen=True)
class Palette:
    """Colours as #rrggbb, by what they mean."""

    surface: str
    ink: str
    quiet: str
    grid: str
    observed: str
    possible: str
    missing: str
    event: str
    change: str
    still: str
    unsure: str
    land: str
    shore: str


LIGHT = Palette(
    surface="#ffffff",
    ink="#1c2733",
    quiet="#586472",
    grid="#e6e9ed",
    observed="#1f5f99",
    possible="#b9d4ec",
    missing="#8f98a3",
    event="#b8480c",
    change="#174a86",
    still="#4d5966",
    unsure="#8a5a00",
    land="#eceff2",
    shore="#c3cad2",
)

DARK = Palette(
    surface="#12171e",
    ink="#e8edf2",
    quiet="#a3aeba",
    grid="#262e38",
    observed="#62abe6",
    possible="#35638f",
    missing="#7d8894",
    event="#f39a5b",
    change="#8cc2f2",
    still="#b3bdc8",
    unsure="#e3b34d",
    land="#222a34",
    shore="#3d4855",
)


def choose_palette(dark: bool) -> Palette:
    """The palette of one theme."""
    return DARK if dark else LIGHT


@dataclass(frozen=True)
class VerdictStyle:
    """Mark of a kind of verdict; `role` is the name of its colour in `Palette`."""

    mark: str
    role: str

    def colour(self, palette: Palette) -> str:
        """Its colour in one theme."""
        colour: str = getattr(palette, self.role)
        return colour


_MARKS = {
    "change": ("◆", "change"),
    "no detectable change": ("○", "still"),
    "too thin": ("△", "unsure"),
}


def style_verdict(kind: str) -> VerdictStyle:
    """Mark and colour of a kind of verdict from `VERDICTS`.

    >>> style_verdict("no verdict (coverage)")
    VerdictStyle(mark='◇', role='unsure')
    """
    if kind not in VERDICTS:
        raise ValueError(f"{kind!r} is not a kind of verdict")
    mark, role = _MARKS.get(kind, ("◇", "unsure"))
    return VerdictStyle(mark, role)


CERTAIN = "counted for certain"
"""The lower bound in words: flights with both ends observed."""

AT_MOST = "at most"
"""The upper bound in words: also flights that may belong to the route."""

POSSIBLE = "possible"
"""What the upper bound adds to the lower one."""

WITH_POSSIBLE = "with possible ones"
"""Ratios of the upper bound: “at most” would be wrong of a ratio."""

OUTCOME_MARKS = {"passed": "✓", "failed": "✗", "not applicable": "–"}
"""Mark of a check's outcome."""

STATUS_MARKS = {"complete": "●", "partial": "◐", "missing": "○", "failed": "✗", "not asked": "·"}
"""Mark of a day's status in the ledger."""


def rgba(colour: str, alpha: float = 1.0) -> list[int]:
    """`#rrggbb` as the four bytes that deck.gl takes.

    >>> rgba("#1f5f99", 0.5)
    [31, 95, 153, 128]
    """
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)] + [round(alpha * 255)]
