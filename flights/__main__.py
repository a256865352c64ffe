"""Command line: `python -m flights COMMAND`, see `flights.commands`.

What was asked goes to standard output, how it went to standard error. Returns 0 when it did
what it said, 1 when only in part, 2 when the question cannot be followed.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from flights import CONTENTS_SENTENCE, __version__
from flights.commands import COMMANDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    asked = build_parser().parse_args(arguments)

    from flights.commands.base import IN_PART, NOT_UNDERSTOOD, STOPPED, write_message
    from flights.errors import FlightDataError, InvalidInput

    try:
        code: int = asked.command(asked)
        sys.stdout.flush()
        return code
    except InvalidInput as error:
        write_message(f"flights: {error}")
        return NOT_UNDERSTOOD
    except FlightDataError as error:
        write_message(f"flights: {error}")
        return IN_PART
    except KeyboardInterrupt:
        write_message("flights: stopped as asked; what was stored before stays.")
        return STOPPED
    except BrokenPipeError:
        # Whoever read the output has gone; keep Python from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return IN_PART


def build_parser() -> argparse.ArgumentParser:
    """All commands; the options of one are read when it is asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m flights",
        description="Flight records from public ADS-B sources: pull, keep, list, export.",
        epilog="Returns 0 when all that was asked is there, 1 when only in part (a day failed or "
        f"is not complete), 2 when the question cannot be followed. {CONTENTS_SENTENCE}",
    )
    parser.add_argument("--version", action="version", version=f"flights {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_CommandParser)
    for name, about in COMMANDS.items():
        commands.add_parser(name, command=name, help=about, description=_sentence(about))
    return parser


class _CommandParser(argparse.ArgumentParser):
    """Learns its options from the command's module when it is to parse some."""

    def __init__(self, *, command: str, **more: Any) -> None:
        super().__init__(allow_abbrev=False, **more)
        self._command = command

    def parse_known_args(self, args=None, namespace=None):
        module = importlib.import_module(f"flights.commands.{self._command}")
        self.epilog = f"Example: python -m flights {module.EXAMPLE}"
        self.add_argument(
            "--archive",
            metavar="DIR",
            help="folder of the archive (else $FLIGHTS_ARCHIVE, else ./data)",
        )
        self.set_defaults(command=module.run)
        module.add_options(self)
        return super().parse_known_args(args, namespace)


def _sentence(about: str) -> str:
    return f"{about[0].upper()}{about[1:]}."


if __name__ == "__main__":
    sys.exit(main())
