"""Choose a table and the meaning of its columns."""

import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from analysis.blocks import choices
from flights.archive import Archive
from flights.errors import ArchiveError
from flights.records.atomic_files import write_whole
from flights.sources.own_table.columns.fields import FIELDS
from flights.sources.own_table.columns.mapping import format_columns, guess_columns, read_head
from flights.sources.own_table.columns.times import ORDERS, Clock
from flights.sources.own_table.files.chunks import Chunk, Table
from flights.sources.own_table.files.opening import open_table
from flights.sources.own_table.preview import lacks_zone, preview_rows
from flights.sources.own_table.rows.judge import Understanding

SUFFIXES = (".csv.gz", ".tsv.gz", ".csv", ".tsv", ".txt", ".gz", ".parquet")
_IN_A_ROW = 4
_UPLOAD, _PATH = "Upload a file", "Use a file on this computer"

Options = dict[str, str | None]


def choose_file(archive: Archive) -> Path | None:
    """A file that is uploaded (the archive keeps it) or named by its path; None before."""
    how = st.segmented_control(
        "Table", [_UPLOAD, _PATH], default=_UPLOAD, key="i_how", required=True
    )
    if how == _PATH:
        text = st.text_input("File", key="i_path", placeholder="/data/flights.csv")
        return Path(text.strip()).expanduser() if text and text.strip() else None
    given = st.file_uploader(
        "CSV (also gzip, semicolons, tabs) or Parquet, one row per flight",
        type=["csv", "tsv", "txt", "gz", "parquet"],
        key="i_upload",
        help="For a larger file, enter its path on this computer.",
    )
    return _keep_upload(archive, given) if given is not None else None


def _keep_upload(archive: Archive, given: Any) -> Path:
    """Save the uploaded bytes under their hash, so that the import can run again."""
    content = given.getvalue()
    suffix = next((each for each in SUFFIXES if given.name.lower().endswith(each)), ".csv")
    path = archive.root / "uploads" / f"{hashlib.sha256(content).hexdigest()}{suffix}"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
    except OSError as error:
        raise ArchiveError(f"Cannot write to {path.parent}: {error.strerror}.") from error
    st.session_state["i_upload_name"] = given.name
    return path


def digest_file(path: Path) -> str:
    """Changes when another file is chosen, or this one changes."""
    try:
        seen = path.stat()
    except OSError:
        return str(path)
    return f"{path}-{seen.st_size}-{seen.st_mtime_ns}"


@st.cache_data(max_entries=8, show_spinner=False)
def _read_head(path: str, _stamp: str, stamp: str) -> tuple[Table, Chunk]:
    return read_head(open_table(Path(path)))


def read_table_head(path: Path) -> tuple[Table, Chunk]:
    """The table and its first rows; errors as `open_table` raises them."""
    stamp = digest_file(path)
    return _read_head(str(path), stamp, stamp)


def ask_name(path: Path) -> str:
    """The name of the series; the form proposes one from the name of the file."""
    uploaded = path.parent.name == "uploads"
    name = st.session_state.get("i_upload_name", path.name) if uploaded else path.name
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower().split(".")[0]).strip("-")[:24].strip("-")
    return st.text_input(
        "Name",
        plain or "my-table",
        key=f"i_name-{digest_file(path)}",
        max_chars=40,
        width=260,
        help="Lowercase letters, digits and -. Each name is a separate table.",
    ).strip()


def ask_columns(path: Path, table: Table, head: Chunk) -> dict[str, str]:
    """Column by field: the guess, with the changes of the user."""
    guess, stamp = guess_columns(head), digest_file(path)
    names = ["", *table.columns]
    chosen = {}
    for start in range(0, len(FIELDS), _IN_A_ROW):
        row = FIELDS[start : start + _IN_A_ROW]
        for place, field in zip(st.columns(_IN_A_ROW), row, strict=False):
            with place:
                chosen[field.name] = st.selectbox(
                    field.label,
                    names,
                    names.index(guess.get(field.name, "")),
                    key=f"i_{field.name}-{stamp}",
                    format_func=lambda name: name or "not in the table",
                    help=field.help,
                )
    return {name: column for name, column in chosen.items() if column}


def ask_reading(head: Chunk, columns: dict[str, str]) -> Options:
    """How to read times, dates and unknown airports."""
    pairs = tuple(columns.items())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        zone = "UTC"
        if lacks_zone(head, Understanding(pairs, Clock(dates="day-first"))):
            zone = st.selectbox(
                "Time zone of times without one",
                ["UTC", *sorted(available_timezones() - {"UTC", "localtime"})],
                key="i_zone",
                width=260,
                help="Local times of each airport cannot be read; convert them to one zone first.",
            )
        dates = st.selectbox(
            "Dates such as 03/04/2025",
            ["", *ORDERS],
            key="i_dates",
            width=260,
            format_func=lambda order: order or "no date is ambiguous",
        )
        keep = st.checkbox(
            "Keep flights with an unknown airport code",
            key="i_airports",
            help="That end of the flight becomes unknown. Otherwise the row is rejected.",
        )
    return {"zone": zone, "dates": dates or None, "unknown_airports": "keep" if keep else "aside"}


def show_preview(head: Chunk, columns: dict[str, str], reading: Options) -> None:
    """The first rows as the program reads them."""
    how = Understanding(
        tuple(columns.items()),
        Clock(reading["zone"] or "UTC", reading["dates"] or ""),
        reading["unknown_airports"] == "keep",
    )
    st.caption("The first rows, as the program reads them:")
    st.dataframe(preview_rows(head, how), key="i_preview", height="content")


def ask_cover(days: tuple[date, date]) -> str | None:
    """Span of days for which the user declares the table complete; None without a declaration."""
    said = st.radio(
        "Is this table complete: every flight of its kind, on every UTC day of a span?",
        ["No, or I do not know", "Yes"],
        key="i_covers",
        horizontal=True,
        help="A table lists flights; it does not show on which days someone recorded them. Only "
        "days that you declare complete are counted. In this span, a day without a row is zero.",
    )
    if said != "Yes":
        return None
    with st.container(horizontal=True):
        first, last = (
            st.date_input(
                label,
                day,
                choices.EARLIEST,
                choices.LATEST,
                key=f"i_{label}-{day}",
                format="YYYY-MM-DD",
                width=180,
            )
            for label, day in zip(("From", "to"), days, strict=True)
        )
    return f"{first}..{last}"


def gather_options(path: Path, name: str, columns: dict[str, str], reading: Options) -> Options:
    """Options as `flights.sources.own_table.source.open_source` takes them."""
    return {"path": str(path), "name": name, "columns": format_columns(columns), **reading}
