"""Failed, partial and missing days by reason, on the Data page."""

import html
import re
from collections.abc import Iterable, Sequence
from datetime import date

import streamlit as st

from analysis.drawing.captions import format_days
from analysis.drawing.palette import STATUS_MARKS

Row = tuple[Sequence[date], str, str]
"""Days, their status, and the reason."""

_DATE_GAP = re.compile(r"(?<=\d) (?=[A-Z])|(?<=[a-z]) (?=\d)")
"""Spaces inside a date, where a line must not break."""

_STYLE = """<style>
.reasons { border-collapse: collapse; font-size: .92rem; width: 100%; }
.reasons th { text-align: left; font-weight: 400; opacity: .75; }
.reasons th, .reasons td { padding: .2rem 1.2rem .2rem 0; border: 0; vertical-align: top; }
.reasons .why { overflow-wrap: anywhere; width: 65%; }
.reasons .status { white-space: nowrap; }
@media (max-width: 640px) {
  .reasons thead { position: absolute; clip-path: inset(50%); }
  .reasons tr { display: block; padding: .3rem 0; }
  .reasons td { display: inline; padding: 0 .5rem 0 0; }
}
</style>"""


def show_reasons(rows: Iterable[Row]) -> None:
    """A table that stays narrow with long web addresses, and folds its rows on a phone."""
    body = "".join(map(_format_row, rows))
    heads = "".join(f'<th scope="col">{each}</th>' for each in ("days", "status", "why"))
    st.html(
        f'{_STYLE}<table class="reasons"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _format_row(row: Row) -> str:
    days, status, why = row
    listed = _DATE_GAP.sub("\N{NO-BREAK SPACE}", format_days(days))
    said = f"{STATUS_MARKS.get(status, '')} {status}".strip()
    return (
        f'<tr><td>{html.escape(listed)}</td><td class="status">{html.escape(said)}</td>'
        f'<td class="why">{html.escape(why)}</td></tr>'
    )
