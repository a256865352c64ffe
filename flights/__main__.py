"""Command line: `python -m flights COMMAND`, see `flights.commands`.

Results go to standard output, messages to standard error. Returns 0 when everything was done, 1
when only a part was done, 2 when the arguments are not valid.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from flights import CONTENTS_SENTENCE, __version__
from flights.commands import COMMANDS, LazyParser


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
        write_message("flights: stopped as asked; days already stored are kept.")
        return STOPPED
    except BrokenPipeError:
        # The reader of the output has closed it; Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return IN_PART


def build_parser() -> argparse.ArgumentParser:
    """All commands; the options of a command are added when it is used."""
    parser = argparse.ArgumentParser(
        prog="python -m flights",
        description="Flight records from public ADS-B sources: download, store, list, export.",
        epilog="Exit code: 0 when everything was done, 1 when only a part was done (a day failed "
        f"or is not complete), 2 when the arguments are not valid. {CONTENTS_SENTENCE}",
    )
    parser.add_argument("--version", action="version", version=f"flights {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=LazyParser)
    for name, about in COMMANDS.items():
        commands.add_parser(
            name, help=about, description=_format_sentence(about), add_options=_CommandOptions(name)
        )
    return parser


class _CommandOptions:
    """Adds the options of a command from its module."""

    def __init__(self, command: str) -> None:
        self._command = command

    def __call__(self, parser: argparse.ArgumentParser) -> None:
        module = importlib.import_module(f"flights.commands.{self._command}")
        parser.epilog = f"Example: python -m flights {module.EXAMPLE}"
        parser.set_defaults(command=module.run)
        module.add_options(parser)


def _format_sentence(about: str) -> str:
    return f"{about[0].upper()}{about[1:]}."


if __name__ == "__main__":
    sys.exit(main())
