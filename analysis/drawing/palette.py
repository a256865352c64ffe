"""The few colours, for light and dark, and how each kind of verdict looks.

One hue for what was observed, its tint for what is possible, grey for what is missing, one
accent for events. Contrast and colour-blind distance are held by tests.
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
    """Mark of a kind of verdict; `role` names its colour in `Palette`."""

    mark: str
    role: str

    def colour(self, palette: Palette) -> str:
        """Its colour in one theme."""
        return getattr(palette, self.role)


_MARKS = {
    "change": ("◆", "change"),
    "no detectable change": ("○", "still"),
    "too thin": ("△", "unsure"),
}


def style_verdict(kind: str) -> VerdictStyle:
    """How a kind of verdict from `results.VERDICTS` is shown.

    >>> look_of("no verdict (coverage)")
    Look(mark='◇', role='unsure')
    """
    if kind not in VERDICTS:
        raise ValueError(f"{kind!r} is no kind of verdict")
    mark, role = _MARKS.get(kind, ("◇", "unsure"))
    return VerdictStyle(mark, role)


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
