"""Import of the user's own table, on the Data page."""

from pathlib import Path

import streamlit as st

from analysis.blocks import loaders, ready_questions, session
from analysis.blocks.data import import_form
from analysis.drawing.captions import escape_text, format_quantity, rewrite_days
from analysis.study import format_date
from flights.archive import Archive
from flights.errors import FlightDataError
from flights.pull import background
from flights.sources import find_spec
from flights.sources.own_table.days import describe_findings, looks_cut
from flights.sources.own_table.source import OwnTable, open_source, rejected_path
from flights.sources.own_table.staging import Findings

_REFRESH_S = 1.0


def show_import(archive: Archive) -> None:
    """Choose a table, set the meaning of its columns, check it, import it."""
    st.subheader("Import a table of your own", anchor=False)
    _show_imported(archive)
    try:
        path = import_form.choose_file(archive)
        if path is None:
            return
        table, head = import_form.read_table_head(path)
        for note in table.notes:
            st.caption(escape_text(note))
        name = import_form.ask_name(path)
        columns = import_form.ask_columns(path, table, head)
        reading = import_form.ask_reading(head, columns)
        options = import_form.gather_options(path, name, columns, reading)
        source = open_source(**options)  # type: ignore[arg-type]
        import_form.show_preview(head, columns, reading)
        found = _check(source, options)
        if found is not None:
            _offer(archive, source, found, options)
    except FlightDataError as error:
        st.warning(escape_text(error))


def _check(source: OwnTable, options: import_form.Options) -> Findings | None:
    """What the whole table contains, after the user asks for the check; None before."""
    read = {key: value for key, value in options.items() if key != "name"}
    asked = (import_form.digest_file(source.table.path), read)
    for remark in source.remarks[1:]:
        st.caption(escape_text(remark))
    if st.button("Check the whole table", key="i_check"):
        st.session_state["i_checked"] = asked
    if st.session_state.get("i_checked") != asked:
        return None
    with st.spinner("Reading every row …"):
        return source.find(lambda _message, _share: None)


def _offer(
    archive: Archive, source: OwnTable, found: Findings, options: import_form.Options
) -> None:
    """What the check found, the open questions, and the button that imports."""
    for line in describe_findings(found):
        st.markdown(escape_text(rewrite_days(line)))
    if found.rejected:
        st.download_button(
            "Rejected rows with reasons",
            found.rejected.read_bytes,
            f"rejected-{source.table.path.name.removesuffix('.csv')}.csv",
            "text/csv",
            on_click="ignore",
            key="i_rejected",
        )
    if not found.flights:
        return
    options = {**options, "covers": import_form.ask_cover((min(found.days), max(found.days)))}
    if _bad_rows(found):
        none = st.checkbox(
            "The rejected rows are not flights (totals, notes, blank lines)",
            key="i_bad_rows",
            help="Otherwise the days to which they may belong are not complete.",
        )
        options["bad_rows"] = "no-flights" if none else "doubt"
    if looks_cut(found):
        none = st.checkbox(
            "This table was exported without a row limit",
            key="i_row_limit",
            help="Otherwise days that seem to be cut at such a limit are not complete.",
        )
        options["row_limit"] = "none" if none else "suspect"
    refresh = _ask_refresh(archive, source.spec.key)
    if st.button("Import", type="primary", key="i_import"):
        open_source(**options)  # type: ignore[arg-type]
        pull = background.start_pull(archive, "table", options, refresh=refresh)
        st.session_state["imported"] = (pull, source.spec.key, str(source.table.path))
        st.rerun()


def _bad_rows(found: Findings) -> int:
    """Rejected rows, without those that only repeat another."""
    return found.bad_rows - found.kept_aside.get("duplicate", 0)


def _ask_refresh(archive: Archive, key: str) -> bool:
    """Whether days of an earlier import with this name may be replaced."""
    held = loaders.load_ledger(archive, key)
    if not held:
        return False
    st.caption(
        f"The archive already has {format_quantity(len(held), 'day')} with this name, "
        f"{format_date(min(held))} to {format_date(max(held))}. Days that are not in this table "
        "do not change; a new name creates a new table."
    )
    return st.checkbox("Replace complete days that are in this table", key="i_refresh")


def _show_imported(archive: Archive) -> None:
    """Progress of this session's import, and its result."""
    if "imported" not in st.session_state:
        return
    pull, key, path = st.session_state["imported"]
    progress = background.read_progress(archive, pull)
    if progress.state == "running":
        st.fragment(_watch, run_every=_REFRESH_S)(archive, pull)
        return
    title = find_spec(key).title
    held = loaders.load_ledger(archive, key)
    if progress.state != "finished" or not held:
        st.warning(f"The import into “{title}” failed. {escape_text(progress.message)}")
        return
    st.success(_format_imported(archive, key, Path(path)))
    if st.button("Ask a question about this table", key="i_ask"):
        session.keep_study(ready_questions.suggest_study(archive, key), refill=True)
        st.switch_page("analysis/views/study.py")


def _watch(archive: Archive, pull: str) -> None:
    progress = background.read_progress(archive, pull)
    if progress.state != "running":
        st.rerun()
    st.progress(progress.share, "Importing …")


def _format_imported(archive: Archive, key: str, path: Path) -> str:
    held = loaders.load_ledger(archive, key)
    flights = sum(int(entry.counts.get("flights", 0)) for entry in held.values())
    complete = sum(entry.is_complete for entry in held.values())
    said = (
        f"“{find_spec(key).title}” has {format_quantity(flights, 'flight')} on "
        f"{format_quantity(len(held), 'day')}, {complete:,} of them complete."
    )
    if not complete:
        said += " No day is complete, so no flights can be counted."
    latest = max(held.values(), key=lambda entry: (str(entry.asked_at), entry.day))
    aside = sum(n for name, n in latest.counts.items() if name.startswith("dropped_in_table_"))
    if aside:
        file = rejected_path(Path(), key, path)
        said += f" Rejected rows ({aside:,}) are in {escape_text(file)} in the archive."
    return said
