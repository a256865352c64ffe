"""`python -m analysis power`: which change a route could show, before any day is pulled."""

import argparse
import math
from pathlib import Path

from analysis.commands.base import Clock, print_answer
from analysis.event_study import (
    Usual,
    Windows,
    describe_outlook,
    estimate_outlook,
    format_rate,
    measure_usual,
)
from flights import CONTENTS_SENTENCE
from flights.errors import InvalidInput
from flights.planning.needed_days import BASELINES, DEFAULT_BASELINE, DEFAULT_WINDOW, WINDOWS

EXAMPLE = "power --per-week 3 --notice 1.5"


def add_options(parser: argparse.ArgumentParser) -> None:
    """A rate or a study, the windows, the change to notice, the assumed variance."""
    parser.add_argument(
        "study", nargs="?", metavar="STUDY", help="study file: its route gives rate and variance"
    )
    parser.add_argument("--per-week", type=float, metavar="N", help="usual flights a week")
    parser.add_argument(
        "--window", type=int, metavar="DAYS", help="days from the event on: 7, 14 (default) or 28"
    )
    parser.add_argument(
        "--baseline",
        type=int,
        metavar="DAYS",
        help="days before the event (default 56)",
    )
    parser.add_argument(
        "--notice",
        type=float,
        default=1.5,
        metavar="RATIO",
        help="ratio to notice (default 1.5)",
    )
    parser.add_argument("--held", type=int, metavar="DAYS", help="complete days that you have")
    parser.add_argument(
        "--phi", type=float, help="variance over mean of the counts (default 1: chance alone)"
    )
    parser.add_argument(
        "--archive", metavar="DIR", help="the archive (else $FLIGHTS_ARCHIVE, else ./data)"
    )


def run(asked: argparse.Namespace, clock: Clock) -> None:
    """Print the answer; no source is contacted."""
    windows = Windows(asked.window or DEFAULT_WINDOW, asked.baseline or DEFAULT_BASELINE)
    usual = Usual(math.nan, 0, None)
    if asked.study:
        usual, windows = _measure(asked, windows)
    per_week = usual.per_week if asked.per_week is None else asked.per_week
    phi = asked.phi or usual.phi or 1.0
    _check(per_week, windows, asked.notice, phi)
    held = usual.days if asked.held is None and asked.study else asked.held
    outlook = estimate_outlook(per_week, windows=windows, phi=phi, notice=asked.notice)
    lines = describe_outlook(outlook, held=held)
    if asked.study and usual.days:
        lines.insert(0, f"{usual.days} complete days: {format_rate(usual.per_week)} a week.")
    print_answer([*lines, CONTENTS_SENTENCE])


def _measure(asked: argparse.Namespace, windows: Windows) -> tuple[Usual, Windows]:
    """Usual traffic of the study's route in the archive, and the study's windows."""
    from analysis.commands.run import answer
    from analysis.study import read_study
    from flights.config import read_settings

    study = read_study(asked.study)
    result, _ = answer(study, Path(asked.study).parent, read_settings(asked.archive))
    windows = Windows(asked.window or study.window, asked.baseline or study.baseline)
    return measure_usual(result), windows


def _check(per_week: float, windows: Windows, notice: float, phi: float) -> None:
    if math.isnan(per_week):
        raise InvalidInput("There is no complete day to take a rate from; use --per-week.")
    if not 0 <= per_week <= 1e5:
        raise InvalidInput(f"--per-week is a number from 0 to 100,000, not {per_week}.")
    if windows.window not in WINDOWS or windows.baseline not in BASELINES:
        raise InvalidInput(
            f"--window is one of {WINDOWS} days and --baseline whole weeks from {BASELINES[0]} to "
            f"{BASELINES[-1]} days, not {windows.window} and {windows.baseline}."
        )
    if not 1 < notice <= 100:
        raise InvalidInput(f"--notice is an increase above 1, like 1.5, not {notice}.")
    if not 1 <= phi <= 1000:
        raise InvalidInput(f"--phi is 1 or more, not {phi}.")
