"""Choosing a table and saying what its columns mean."""

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
_UPLOAD, _PATH = "Upload it", "It lies on this machine"

Options = dict[str, str | None]


def choose_file(archive: Archive) -> Path | None:
    """A file that was uploaded (kept in the archive) or named; None until there is one."""
    how = st.segmented_control(
        "Table", [_UPLOAD, _PATH], default=_UPLOAD, key="i_how", required=True
    )
    if how == _PATH:
        text = st.text_input("File", key="i_path", placeholder="/data/flights.csv")
        return Path(text.strip()).expanduser() if text and text.strip() else None
    given = st.file_uploader(
        "A CSV (also gzip, semicolons, tabs) or Parquet file with a line a flight",
        type=["csv", "tsv", "txt", "gz", "parquet"],
        key="i_upload",
        help="For larger files name one that lies on this machine.",
    )
    return _keep_upload(archive, given) if given is not None else None


def _keep_upload(archive: Archive, given: Any) -> Path:
    """The uploaded bytes under their own hash, so that the import can be run again."""
    content = given.getvalue()
    suffix = next((each for each in SUFFIXES if given.name.lower().endswith(each)), ".csv")
    path = archive.root / "uploads" / f"{hashlib.sha256(content).hexdigest()}{suffix}"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
    except OSError as error:
        raise ArchiveError(f"{path.parent} cannot be written: {error.strerror}.") from error
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
def _look(path: str, _stamp: str, stamp: str) -> tuple[Table, Chunk]:
    return read_head(open_table(Path(path)))


def read_table_head(path: Path) -> tuple[Table, Chunk]:
    """The table and its first rows; errors as `open_table` raises them."""
    stamp = digest_file(path)
    return _look(str(path), stamp, stamp)


def ask_name(path: Path) -> str:
    """The name of the series; its proposal comes from the file's."""
    uploaded = path.parent.name == "uploads"
    name = st.session_state.get("i_upload_name", path.name) if uploaded else path.name
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower().split(".")[0]).strip("-")[:24].strip("-")
    return st.text_input(
        "Name",
        plain or "my-table",
        key=f"i_name-{digest_file(path)}",
        max_chars=40,
        width=260,
        help="Small letters, digits and -. Tables of other names stand beside it.",
    ).strip()


def ask_columns(path: Path, table: Table, head: Chunk) -> dict[str, str]:
    """Which column means what: the guess, as changed."""
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
    """How times and airports are to be read."""
    pairs = tuple(columns.items())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        zone = "UTC"
        if lacks_zone(head, Understanding(pairs, Clock(dates="day-first"))):
            zone = st.selectbox(
                "Times that name no zone are in",
                ["UTC", *sorted(available_timezones() - {"UTC", "localtime"})],
                key="i_zone",
                width=260,
                help="Times local to each airport cannot be read: put them in one zone first.",
            )
        dates = st.selectbox(
            "Dates such as 03/04/2025",
            ["", *ORDERS],
            key="i_dates",
            width=260,
            format_func=lambda order: order or "none is in doubt",
        )
        keep = st.checkbox(
            "Keep flights with an airport code nobody knows",
            key="i_airports",
            help="That end becomes unknown. Otherwise the row is kept aside.",
        )
    return {"zone": zone, "dates": dates or None, "unknown_airports": "keep" if keep else "aside"}


def show_preview(head: Chunk, columns: dict[str, str], reading: Options) -> None:
    """The first rows as they are understood."""
    how = Understanding(
        tuple(columns.items()),
        Clock(reading["zone"] or "UTC", reading["dates"] or ""),
        reading["unknown_airports"] == "keep",
    )
    st.caption("The first rows, as they are understood:")
    st.dataframe(preview_rows(head, how), key="i_preview", height="content")


def ask_cover(days: tuple[date, date]) -> str | None:
    """The days on which the table is declared to hold every flight; None where nobody says so."""
    said = st.radio(
        "Does this table hold every flight of its kind on every UTC day of some span?",
        ["No, or I do not know", "Yes"],
        key="i_covers",
        horizontal=True,
        help="A table says what flew, not when somebody looked. Only days declared so are "
        "complete and can be counted; a day of the span without a row then counts as zero.",
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
