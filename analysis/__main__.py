"""Command line: `python -m analysis COMMAND`, see `analysis.commands`.

The answer goes to standard output, messages go to standard error. Exit codes: 0 answered (a
study with no verdict is answered too), 1 data or a folder could not be read or written, 2 the
question is wrong, 130 stopped.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from analysis.commands import COMMANDS
from analysis.commands.base import Clock, print_status
from flights import CONTENTS_SENTENCE, __version__
from flights.errors import FlightDataError, InvalidInput
from flights.pull import utc_now

DONE, FAILED, NOT_UNDERSTOOD, STOPPED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None, *, clock: Clock = utc_now) -> int:
    """Run one command; the exit code."""
    asked = build_parser().parse_args(arguments)
    try:
        asked.command(asked, clock)
        sys.stdout.flush()
    except InvalidInput as error:
        print_status(f"analysis: {error}")
        return NOT_UNDERSTOOD
    except FlightDataError as error:
        print_status(f"analysis: {error}")
        return FAILED
    except KeyboardInterrupt:
        print_status("analysis: stopped.")
        return STOPPED
    except BrokenPipeError:
        # The reader of the output has closed it; without this, Python reports an error at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return DONE


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis",
        description="Plan a study, answer it from the archive, or try the method on a table.",
        epilog="Exit codes: 0 answered, 1 data or a folder failed, 2 the question is wrong. "
        f"{CONTENTS_SENTENCE}",
    )
    parser.add_argument("--version", action="version", version=f"analysis {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, about in COMMANDS.items():
        module = importlib.import_module(f"analysis.commands.{name}")
        epilog = f"Example: python -m analysis {module.EXAMPLE}"
        sentence = f"{about[0].upper()}{about[1:]}."
        options = commands.add_parser(name, help=about, description=sentence, epilog=epilog)
        module.add_options(options)
        options.set_defaults(command=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
