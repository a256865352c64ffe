"""Pulls under way and the latest that ended, on the Data page."""

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from analysis import widgets
from analysis.captions import count_noun, list_days, write_instant
from flights import pulls
from flights.archive import Archive
from flights.planning.text import write_size
from flights.progress import DayProgress, PullProgress, write_span

_REFRESH_S = 1.0
_SHOWN = 3
_REASONS = 8
_UNDONE = ("waiting", "running")
_BAD = ("failed", "partial")


def show_pulls(archive: Archive) -> None:
    """Pulls under way with a stop, and the latest that ended; survives a reload."""
    found = pulls.list_pulls(archive)
    if found:
        st.subheader("Pulls", anchor=False)
        running = any(each.state == "running" for each in found)
        st.fragment(_watch, run_every=_REFRESH_S if running else None)(archive)


def _watch(archive: Archive) -> None:
    found = pulls.list_pulls(archive)
    latest = {each.source: each.id for each in reversed(found)}
    for progress in found[:_SHOWN]:
        with st.container(border=True, gap="small"):
            _show_pull(progress, archive, is_latest=latest[progress.source] == progress.id)
    before, now = st.session_state.get("pulling"), any(p.state == "running" for p in found)
    st.session_state["pulling"] = now
    if before and not now:
        st.rerun()


def _show_pull(progress: PullProgress, archive: Archive, *, is_latest: bool) -> None:
    if progress.state == "running":
        _show_running(progress, archive)
        return
    st.markdown(f"{_count_days(progress, archive)}, {progress.state}. {progress.message}")
    if progress.state == "paused":
        when = progress.resume_at
        st.markdown(f"It can go on from {write_instant(when)}." if when else "It can go on later.")
    bad = [day for day in progress.days if day.state in _BAD]
    _tell_bad(bad)
    left = bad or any(day.state in _UNDONE for day in progress.days) or not progress.days
    if is_latest and left:
        _offer_again(progress, archive)


def _offer_again(progress: PullProgress, archive: Archive) -> None:
    """A button that asks for what is not complete; days that are complete are left alone."""
    if not pulls.can_start_again(archive, progress.id):
        return
    label = "Go on" if progress.state in ("paused", "cancelled") else "Ask again"
    if st.button(label, key=f"again-{progress.id}"):
        pulls.start_again(archive, progress.id)
        st.rerun()


def _show_running(progress: PullProgress, archive: Archive) -> None:
    ended = sum(day.state not in _UNDONE for day in progress.days)
    left = f", {write_span(progress.seconds_left)} left" if progress.seconds_left else ""
    share = ended / len(progress.days) if progress.days else 0.0
    st.progress(max(progress.share, share), f"{_count_days(progress, archive)}{left}")
    figures = " · ".join(_list_figures(progress))
    if figures:
        st.caption(figures)
    for day in [day for day in progress.days if day.state == "running"][:_SHOWN]:
        st.caption(f"{list_days([day.day])}: {day.message or 'reading'} ({day.share:.0%})")
    if st.button("Stop", key=f"stop-{progress.id}"):
        pulls.cancel_pull(archive, progress.id)
    _tell_bad([day for day in progress.days if day.state in _BAD])


def _count_days(progress: PullProgress, archive: Archive) -> str:
    ended = sum(day.state not in _UNDONE for day in progress.days)
    name = widgets.name_series(archive, progress.source) or "A pull"
    return f"{name}: {ended:,} of {count_noun(len(progress.days), 'day')}"


def _list_figures(progress: PullProgress) -> list[str]:
    """What has come so far."""
    found = []
    if progress.bytes_total:
        found.append(f"{write_size(progress.bytes_done)} of {write_size(progress.bytes_total)}")
    if progress.rate_bytes_s:
        found.append(f"{progress.rate_bytes_s / 1e6:.1f} MB a second")
    if progress.flights:
        found.append(count_noun(progress.flights, "flight"))
    if progress.positions:
        found.append(count_noun(progress.positions, "position"))
    return found


def _tell_bad(days: Iterable[DayProgress]) -> None:
    """Days that did not come as they should, by reason."""
    grouped: dict[tuple[str, str], list[DayProgress]] = {}
    for day in days:
        grouped.setdefault((day.state, day.message), []).append(day)
    if not grouped:
        return
    rows = [
        (list_days([each.day for each in found]), state, why or "–")
        for (state, why), found in list(grouped.items())[:_REASONS]
    ]
    st.table(pd.DataFrame(rows, columns=["days", "status", "why"]), hide_index=True)
    if len(grouped) > _REASONS:
        st.caption(f"{len(grouped) - _REASONS} more reasons; the calendar shows each day's.")
