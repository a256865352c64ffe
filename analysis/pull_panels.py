"""The blocks of the Data page that ask sources for days."""

from datetime import date

import pandas as pd
import streamlit as st

from analysis import widgets
from analysis.captions import count_noun, list_days
from analysis.study import Study
from analysis.wording import write_date
from flights import pulls
from flights.archive import Archive
from flights.errors import FlightDataError
from flights.progress import PullProgress
from flights.pull import PullPlan, plan_pull
from flights.sources import find_spec, open_source

_REFRESH_S = 1.0
_SHOWN = 3


def show_lacking(study: Study, archive: Archive) -> None:
    """Days the session's study asks for that do not count, and why."""
    entries = widgets.load_ledger(archive, study.source)
    span = pd.date_range(study.first, study.last).date
    lacking: dict[tuple[str, str], list[date]] = {}
    for day in span:
        entry = entries.get(day)
        if entry is None or not entry.is_complete:
            status = entry.status if entry else "not asked"
            why = " ".join(entry.reasons) if entry else "This day was never pulled."
            lacking.setdefault((status, why), []).append(day)
    st.subheader("What the current study lacks", anchor=False)
    asked = f"{write_date(study.first)} to {write_date(study.last)}"
    if not lacking:
        st.markdown(f"Nothing: every day from {asked} is complete.")
        return
    rows = [(list_days(days), status, why) for (status, why), days in lacking.items()]
    st.table(pd.DataFrame(rows, columns=["days", "status", "why"]), hide_index=True)
    spec = find_spec(study.source)
    cost = f" Cost of a day: {spec.cost_per_day}." if spec.cost_per_day else ""
    st.caption(f"{spec.title}. Needs: {spec.needs}.{cost}")


def offer_pull(source: str, archive: Archive) -> None:
    """The form of a source: where, which days, what it would cost, start."""
    st.subheader("Get more days", anchor=False)
    options = _ask_readsb() if source == "readsb" else {}
    if options is None:
        return
    first, last = _ask_days(source)
    if st.button("Show what it would cost", key="plan"):
        st.session_state["planned"] = (source, options, first, last)
    if st.session_state.get("planned") == (source, options, first, last):
        _confirm(source, options, archive)


def _ask_readsb() -> dict[str, str | None] | None:
    path = st.text_input(
        "Folder or tar on this machine",
        key="pull_path",
        placeholder="/data/globe_history or /data/v2025.06.13-planes-readsb-prod-0.tar",
        help="A readsb globe_history folder (…/YYYY/MM/DD/…), a tar, or the first of split parts.",
    )
    detail = st.segmented_control(
        "Read from",
        ["heatmaps", "traces"],
        default="heatmaps",
        key="pull_detail",
        required=True,
        help="Heatmaps are a fraction of the bytes; traces are the detailed path.",
    )
    return {"path": path.strip(), "detail": detail} if path and path.strip() else None


def _ask_days(source: str) -> tuple[date | None, date | None]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        return _ask_day("First day (optional)", f"from-{source}"), _ask_day(
            "Last day (optional)", f"to-{source}"
        )


def _ask_day(label: str, key: str) -> date | None:
    # Without bounds of its own the calendar ends ten years from now, before any simulated day.
    return st.date_input(
        label,
        None,
        widgets.EARLIEST,
        widgets.LATEST,
        key=key,
        format="YYYY-MM-DD",
        width=180,
    )


def _confirm(source: str, options: dict[str, str | None], archive: Archive) -> None:
    """The plan with its cost; started only now."""
    _, _, first, last = st.session_state["planned"]
    try:
        plan = plan_pull(
            open_source(source, **options),
            archive,
            first,
            last,
            rate_bytes_s=pulls.measured_rate(archive, source),
        )
    except FlightDataError as error:
        st.warning(str(error))
        return
    st.markdown(_state_cost(plan))
    if plan.offers and st.button("Start", type="primary", key="start"):
        pulls.start_pull(archive, source, options, first, last)
        del st.session_state["planned"]
        st.rerun()


def _state_cost(plan: PullPlan) -> str:
    if not plan.offers:
        done = f" {count_noun(len(plan.skipped), 'day')} complete already." if plan.skipped else ""
        return f"There is nothing to read.{done}"
    time = f", about {_write_span(plan.seconds)}" if plan.seconds is not None else ""
    return (
        f"**{count_noun(len(plan.offers), 'day')}** to read, {plan.size_bytes / 1e6:,.1f} MB"
        f"{time}. {len(plan.skipped):,} complete already, {len(plan.absent):,} not in the source. "
        f"The archive grows by about {plan.disk_needed / 1e6:,.1f} MB; "
        f"{plan.disk_free / 1e9:,.1f} GB are free."
    )


def show_pulls(archive: Archive) -> None:
    """Pulls under way with a stop, and the latest that ended; survives a reload."""
    if pulls.list_pulls(archive):
        st.subheader("Pulls", anchor=False)
        running = any(each.state == "running" for each in pulls.list_pulls(archive))
        st.fragment(_watch, run_every=_REFRESH_S if running else None)(archive)


def _watch(archive: Archive) -> None:
    found = pulls.list_pulls(archive)[:_SHOWN]
    for progress in found:
        _show_pull(progress, archive)
    before, now = st.session_state.get("pulling"), any(p.state == "running" for p in found)
    st.session_state["pulling"] = now
    if before and not now:
        st.rerun()


def _show_pull(progress: PullProgress, archive: Archive) -> None:
    ended = [day.state for day in progress.days if day.state not in ("waiting", "running")]
    days = count_noun(len(progress.days), "day")
    said = f"{find_spec(progress.source).title}: {len(ended)} of {days}"
    if progress.state != "running":
        st.caption(f"{said}, {progress.state}. {progress.message}")
        return
    left = f", {_write_span(progress.seconds_left)} left" if progress.seconds_left else ""
    share = len(ended) / len(progress.days) if progress.days else 0.0
    st.progress(max(progress.share, share), f"{said}{left}")
    if st.button("Stop", key=f"stop-{progress.id}"):
        pulls.cancel_pull(archive, progress.id)


def _write_span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
