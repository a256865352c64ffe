"""What all commands share."""

import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime

from flights.errors import InvalidInput

Clock = Callable[[], datetime]


def print_status(text: str) -> None:
    """A line for the person, beside the answer."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def print_answer(lines: Iterable[str]) -> None:
    """The answer itself."""
    sys.stdout.write("\n".join(lines) + "\n")


def read_day(text: str) -> date:
    """The day an option names."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"--event is a date like 2025-06-13, not {text!r}.") from error
