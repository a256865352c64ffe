"""Converts errors of Trino and of the network to errors of this program."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from flights.errors import BadPayload, CredentialsRejected, SourceUnavailable
from flights.network import TransientFailure, read_wait
from flights.sources.opensky.trino.account import HOW_TO_GET

log = logging.getLogger(__name__)

PLACE = "OpenSky's Trino database"
_MAY_PASS = ("INTERNAL_ERROR", "EXTERNAL", "INSUFFICIENT_RESOURCES")
_STOPPED = ("USER_CANCELED", "ADMINISTRATIVELY_KILLED", "ADMINISTRATIVELY_PREEMPTED")
_LONGEST_QUOTE = 200


@contextmanager
def translated() -> Iterator[None]:
    """Converts errors of the Trino client inside.

    Raises
    ------
    Passing
        Another attempt may help.
    CredentialsRejected, SourceUnavailable, BadPayload
        Another attempt does not help.
    """
    import requests
    from trino import exceptions as trino

    try:
        yield
    except trino.TrinoAuthError:
        raise CredentialsRejected(f"{PLACE} refused the login. {HOW_TO_GET}") from None
    except trino.TrinoQueryError as error:
        raise judge_query_error(error) from None
    except (trino.TrinoConnectionError, requests.RequestException) as error:
        log.debug("the connection to Trino failed: %s", type(error).__name__)
        raise TransientFailure(
            f"{PLACE} could not be reached, or the connection was lost"
        ) from None
    except (trino.HttpError, trino.Error) as error:
        raise SourceUnavailable(f"{PLACE} refused to answer: {_quote(error)}.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadPayload(
            f"{PLACE} sent a reply that is not from Trino ({type(error).__name__}). "
            "Check whether a proxy or a login page changes the reply."
        ) from None


def judge_query_error(error: Any) -> Exception:
    """The error of this program for an error of a query."""
    name, message = str(error.error_name or ""), _quote(error.message)
    if name == "QUERY_QUEUE_FULL" or "too many queued queries" in message.lower():
        return TransientFailure(
            f"{PLACE} already runs and queues as many of your queries as it permits", limited=True
        )
    if name == "PERMISSION_DENIED":
        return CredentialsRejected(f"{PLACE} does not permit this to your account: {message}.")
    if name.startswith("EXCEEDED_"):
        return SourceUnavailable(
            f"The query exceeded a limit of {PLACE} ({name}: {message}). "
            "Choose fewer airports with --regions, or try at a quieter hour."
        )
    if name in _STOPPED:
        return SourceUnavailable(
            f"OpenSky stopped the query ({name}). If you did not stop it, ask OpenSky before you "
            "try again: it suspends accounts that load the database too much."
        )
    if error.error_type in _MAY_PASS:
        return TransientFailure(f"{PLACE} failed with {name or 'an error'}: {message}")
    return SourceUnavailable(f"{PLACE} rejected the query ({name or 'no name'}: {message}).")


def judge_reply(reply: Any, *_: object, **__: object) -> None:
    """A hook for `requests` that raises errors for refusals before the client sees them."""
    status = int(reply.status_code)
    if status in (401, 403, 407, 408, 429) or status >= 500:
        reply.close()  # otherwise its connection stays open
    if status in (401, 403):
        raise CredentialsRejected(f"{PLACE} refused the account ({status}). {HOW_TO_GET}")
    if status in (408, 429) or status >= 500:
        wait = read_wait(httpx.Headers(dict(reply.headers)))
        raise TransientFailure(f"{PLACE} answered {status}", wait_s=wait, limited=status == 429)
    if status == 407:
        raise SourceUnavailable(
            "The proxy needs a user name and password: set them in HTTPS_PROXY."
        )


def _quote(message: object) -> str:
    """The message, short and on one line."""
    text = " ".join(str(message).split()).rstrip(".")
    return "".join(each for each in text if each.isprintable())[:_LONGEST_QUOTE]
