"""Command line: `python -m flights sources | pull | ledger | flights`.

What was asked goes to standard output, how it went to standard error. Returns 0 when it did
what it said, 1 when only in part, 2 when the question cannot be followed.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from types import FrameType

from flights import CONTENTS_SENTENCE, __version__
from flights.errors import FlightDataError, InvalidInput

DONE, IN_PART, NOT_UNDERSTOOD, STOPPED = 0, 1, 2, 130
FORMATS = ("csv", "json", "parquet")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    asked = build_parser().parse_args(arguments)
    try:
        code = asked.command(asked)
        sys.stdout.flush()
        return code
    except InvalidInput as error:
        tell(f"flights: {error}")
        return NOT_UNDERSTOOD
    except FlightDataError as error:
        tell(f"flights: {error}")
        return IN_PART
    except KeyboardInterrupt:
        tell("flights: stopped as asked; what was stored before stays.")
        return STOPPED
    except BrokenPipeError:
        # Whoever read the output has gone; keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return IN_PART


def tell(text: str) -> None:
    """A line for the person, beside the data."""
    with suppress(BrokenPipeError):
        print(text, file=sys.stderr, flush=True)


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = argparse.ArgumentParser(
        prog="python -m flights",
        description="Flight records from public ADS-B sources: pull, keep, list, export.",
        epilog="Returns 0 when all that was asked is there, 1 when only in part (a day failed or "
        f"is not complete), 2 when the question cannot be followed. {CONTENTS_SENTENCE}",
    )
    parser.add_argument("--version", action="version", version=f"flights {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_sources(commands)
    _add_pull(commands)
    _add_ledger(commands)
    _add_flights(commands)
    return parser


def _command(commands, name: str, run, about: str, example: str):
    parser = commands.add_parser(
        name,
        help=about,
        description=f"{about[0].upper()}{about[1:]}.",
        epilog=f"Example: python -m flights {example}",
    )
    parser.add_argument(
        "--archive",
        metavar="DIR",
        help="folder of the archive (else $FLIGHTS_ARCHIVE, else ./data)",
    )
    parser.set_defaults(command=run)
    return parser


def _add_sources(commands) -> None:
    parser = _command(
        commands, "sources", run_sources, "list the sources: what they give and need", "sources"
    )
    parser.add_argument("--format", choices=("table", "json", "markdown"), default="table")


def _add_pull(commands) -> None:
    parser = _command(
        commands,
        "pull",
        run_pull,
        "read days of a source into the archive",
        "pull readsb --path globe_history --from 2025-06-12 --to 2025-06-14",
    )
    parser.add_argument("source", help="key of the source, as `sources` lists it")
    parser.add_argument("--path", help="readsb: folder, .tar, or first part of a split tar")
    parser.add_argument(
        "--detail", choices=("heatmaps", "traces"), help="readsb: which files to read"
    )
    parser.add_argument("--aircraft", metavar="FILE", help="readsb: table that names airframes")
    _add_days(parser, required=False)
    parser.add_argument(
        "--refresh", action="store_true", help="ask complete days again, and let worse answers in"
    )
    parser.add_argument("--yes", action="store_true", help="start without asking")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes (1)")
    parser.add_argument("--progress-id", help=argparse.SUPPRESS)


def _add_ledger(commands) -> None:
    parser = _command(
        commands, "ledger", run_ledger, "show what is known of each day", "ledger --source readsb"
    )
    parser.add_argument("--source", help="key of the source (else all in the archive)")
    _add_days(parser, required=False)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument("--verify", action="store_true", help="compare every file with its hash")


def _add_flights(commands) -> None:
    parser = _command(
        commands,
        "flights",
        run_flights,
        "write flights of the archive, or those of a route",
        "flights --from 2025-06-01 --to 2025-06-30 --origin country:CN "
        "--destination country:LU --min-grade likely --format csv",
    )
    parser.add_argument("--source", help="key of the source (else the only one in the archive)")
    _add_days(parser, required=True)
    parser.add_argument("--origin", metavar="REGION", help="e.g. country:CN, airport:ELLX")
    parser.add_argument("--destination", metavar="REGION", help="e.g. circle:25.25,55.36,100km")
    parser.add_argument(
        "--min-grade", choices=("certain", "likely", "possible"), help="cargo of this grade only"
    )
    parser.add_argument("--format", choices=FORMATS, default="csv")
    parser.add_argument("--out", metavar="FILE", help="write here instead of standard output")


def _add_days(parser: argparse.ArgumentParser, *, required: bool) -> None:
    what = {"type": _day, "metavar": "D", "required": required}
    parser.add_argument("--from", dest="first", help="first UTC day, YYYY-MM-DD", **what)  # type: ignore[arg-type]
    parser.add_argument("--to", dest="last", help="last UTC day, inclusive", **what)  # type: ignore[arg-type]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write YYYY-MM-DD") from error


def open_archive(asked: argparse.Namespace):
    """The archive of `--archive`, the environment, or `./data`."""
    from flights.archive import Archive
    from flights.config import read_settings

    return Archive(read_settings(asked.archive).archive)


def run_sources(asked: argparse.Namespace) -> int:
    """Print the specs of all sources."""
    from flights.export import format_sources
    from flights.sources import SOURCES, find_spec

    print(format_sources([find_spec(key) for key in SOURCES], asked.format))
    tell(CONTENTS_SENTENCE)
    return DONE


def run_pull(asked: argparse.Namespace) -> int:
    """Read days of a source into the archive."""
    from flights.commands import pull_days

    # A pull that is told to end leaves as tidily as one that is interrupted.
    signal.signal(signal.SIGTERM, _interrupt)
    return pull_days(asked, open_archive(asked), tell)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run_ledger(asked: argparse.Namespace) -> int:
    """Print the ledger."""
    from flights.commands import print_ledger

    return print_ledger(asked, open_archive(asked), tell)


def run_flights(asked: argparse.Namespace) -> int:
    """Write flights."""
    from flights.commands import write_flights

    return write_flights(asked, open_archive(asked), tell)


if __name__ == "__main__":
    sys.exit(main())
