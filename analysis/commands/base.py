"""What all commands use: the clock, output, dates."""

import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime

from flights.errors import InvalidInput

Clock = Callable[[], datetime]


def print_status(text: str) -> None:
    """Write a message, which is not part of the answer, to standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def print_answer(lines: Iterable[str]) -> None:
    """Write the answer to standard output."""
    sys.stdout.write("\n".join(lines) + "\n")


def read_day(text: str) -> date:
    """The date in the option --event."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"--event is a date like 2025-06-13, not {text!r}.") from error
