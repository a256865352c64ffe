"""The errors this package raises on purpose.

"Nothing there" is an answer and never one of these. Each message is one or two
sentences for the person who asked: what happened, where, and what to try.
"""


class FlightDataError(Exception):
    """Root of the tree; raise one of its children, catch this at the outermost door only."""


class InvalidInput(FlightDataError):
    """The user's own words cannot be followed: a region, a date, a study file, a path.

    Not for what a source sent (`BadPayload`).
    """


class SourceUnavailable(FlightDataError):
    """A source could not be asked: no connection, a time-out, a server error.

    Not for an answer of "nothing" and not for a refusal of credentials.
    """


class RateLimited(SourceUnavailable):
    """A source asks us to wait; `wait_seconds` says how long (None where it does not say)."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class ResourceMissing(SourceUnavailable):
    """A file that somebody said is there is not. Not for a look that found nothing."""


class ResourceChanged(SourceUnavailable):
    """A file is another than when it was looked at: its bytes must not be joined with the old."""


class RangesRefused(SourceUnavailable):
    """A file is to be had only as a whole: the server sends all of it, or gives it no tag."""


class CredentialsMissing(FlightDataError):
    """A source needs an account and none is set; the message names the variable and the place."""


class CredentialsRejected(FlightDataError):
    """A source refused the account that is set. Never repeat the secret in the message."""


class BadPayload(FlightDataError):
    """Bytes are not what their format promises; the message says which file and where in it."""


class NotCovered(FlightDataError):
    """The source can never answer this: outside its days or its area. Not for a missing day."""


class ArchiveError(FlightDataError):
    """The local archive cannot be read or written: no permission, no space, another writer."""
