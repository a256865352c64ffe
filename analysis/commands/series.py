"""`python -m analysis series`: the method on any table of counts per day."""

import argparse
import json
from pathlib import Path

from analysis.commands.base import Clock, print_answer, read_day
from analysis.commands.text import describe_list, describe_numbers, describe_result
from analysis.event_study import describe_table, judge_counts, list_results, read_counts
from analysis.study import Event, ListResult, Study, StudyResult, to_json, validate_design
from flights.errors import InvalidInput
from flights.planning.needed_days import BASELINES, DEFAULT_BASELINE, DEFAULT_WINDOW, WINDOWS

EXAMPLE = "series counts.csv --event 2025-06-13"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Tables, events, windows, the form of the answer."""
    parser.add_argument(
        "tables", nargs="+", help="CSV files: day, count and, where known, exposure", metavar="CSV"
    )
    parser.add_argument(
        "--event",
        required=True,
        action="append",
        metavar="DATE",
        help="may be given again; three or more are taken together too",
    )
    parser.add_argument(
        "--window", type=int, default=DEFAULT_WINDOW, help=f"days from an event on, of {WINDOWS}"
    )
    parser.add_argument(
        "--baseline",
        type=int,
        default=DEFAULT_BASELINE,
        help=f"days before it, whole weeks from {BASELINES[0]} to {BASELINES[-1]}",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the random sets of dates")
    parser.add_argument("--json", action="store_true", help="print the whole result as JSON")


def run(asked: argparse.Namespace, clock: Clock) -> None:
    """Print one result, or those of several tables held against one another."""
    results = [_judge(path, asked) for path in asked.tables]
    found = results[0] if len(results) == 1 else list_results(results)
    if asked.json:
        print_answer([json.dumps(to_json(found), indent=2, ensure_ascii=False)])
        return
    print_answer(_describe(found, asked.tables))


def _describe(found: StudyResult | ListResult, names: list[str]) -> list[str]:
    if isinstance(found, ListResult):
        return describe_list(found, names, numbers=True)
    return [*describe_result(found), *describe_numbers(found)]


def _judge(path: str, asked: argparse.Namespace) -> StudyResult:
    counts = read_counts(path)
    study = Study(
        source="table",
        first=counts.days[0],
        last=counts.days[-1],
        origin="world:",
        destination="world:",
        events=tuple(Event(read_day(text)) for text in asked.event),
        window=asked.window,
        baseline=asked.baseline,
        min_grade="possible",
        title=Path(path).name,
        seed=asked.seed,
    )
    try:
        validate_design(study)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from error
    return judge_counts(study, counts, describe_table(path, counts))
