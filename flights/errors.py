"""The errors that this package raises on purpose.

"No data" is an answer and never an error. Each message is one or two sentences for the user:
what happened, where, and what to try.
"""


class FlightDataError(Exception):
    """Base class; raise one of its subclasses, catch it only in commands and pages."""


class InvalidInput(FlightDataError):
    """The user's input is not valid: a region, a date, a study file, a path.

    Not for what a source sent (`BadPayload`).
    """


class SourceUnavailable(FlightDataError):
    """A source cannot be reached: no connection, a time-out, a server error.

    Not for an answer of "no data" and not for rejected credentials.
    """


class RateLimited(SourceUnavailable):
    """A source asks to wait `wait_seconds`; None where it does not say how long."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class ResourceMissing(SourceUnavailable):
    """An announced file does not exist. Not for a search without a result."""


class ResourceChanged(SourceUnavailable):
    """A file changed since it was first requested: its bytes must not be joined with the old."""


class RangesRefused(SourceUnavailable):
    """A file can only be read as a whole: the server ignores ranges, or gives it no tag."""


class CredentialsMissing(FlightDataError):
    """A source needs an account and none is set; the message says where to set it."""


class CredentialsRejected(FlightDataError):
    """A source rejected the account that is set. The message never contains the secret."""


class BadPayload(FlightDataError):
    """Data does not follow its format; the message says which file and where in it."""


class NotCovered(FlightDataError):
    """The source never has this: outside its days or its area. Not for a missing day."""


class ArchiveError(FlightDataError):
    """The local archive cannot be read or written: permissions, space, another writer."""
