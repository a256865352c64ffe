"""What Trino and the way to it say when something fails, in this program's errors."""

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
    """Errors of the Trino client inside become ours.

    Raises
    ------
    Passing
        Another attempt may help.
    CredentialsRejected, SourceUnavailable, BadPayload
        None will.
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
        log.debug("the line to Trino broke: %s", type(error).__name__)
        raise TransientFailure(f"{PLACE} could not be reached, or the line broke") from None
    except (trino.HttpError, trino.Error) as error:
        raise SourceUnavailable(f"{PLACE} refused to answer: {_quote(error)}.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadPayload(
            f"{PLACE} answered with something that is no answer of Trino "
            f"({type(error).__name__}). A proxy or a login page may stand in between."
        ) from None


def judge_query_error(error: Any) -> Exception:
    """Our error for what Trino says of a query."""
    name, said = str(error.error_name or ""), _quote(error.message)
    if name == "QUERY_QUEUE_FULL" or "too many queued queries" in said.lower():
        return TransientFailure(
            f"{PLACE} runs and queues as many queries of yours as it may", limited=True
        )
    if name == "PERMISSION_DENIED":
        return CredentialsRejected(f"{PLACE} does not give this to your account: {said}.")
    if name.startswith("EXCEEDED_"):
        return SourceUnavailable(
            f"The query went over a limit of {PLACE} ({name}: {said}). "
            "Ask for fewer airports with --regions, or try at a quieter hour."
        )
    if name in _STOPPED:
        return SourceUnavailable(
            f"The query was stopped at OpenSky's side ({name}). If you did not stop it, ask them "
            "before trying again: they suspend accounts that load the database too much."
        )
    if error.error_type in _MAY_PASS:
        return TransientFailure(f"{PLACE} failed with {name or 'an error'}: {said}")
    return SourceUnavailable(f"{PLACE} rejected the query ({name or 'no name'}: {said}).")


def judge_reply(reply: Any, *_: object, **__: object) -> None:
    """A hook for `requests`: refusals and failures become errors before the client sees them."""
    status = int(reply.status_code)
    if status in (401, 403, 407, 408, 429) or status >= 500:
        reply.close()  # or its connection would stay open, with nobody to read it
    if status in (401, 403):
        raise CredentialsRejected(f"{PLACE} refused the account ({status}). {HOW_TO_GET}")
    if status in (408, 429) or status >= 500:
        wait = read_wait(httpx.Headers(dict(reply.headers)))
        raise TransientFailure(f"{PLACE} answered {status}", wait_s=wait, limited=status == 429)
    if status == 407:
        raise SourceUnavailable("The proxy wants a name and password: set them in HTTPS_PROXY.")


def _quote(said: object) -> str:
    """Their words, short and on one line."""
    text = " ".join(str(said).split()).rstrip(".")
    return "".join(each for each in text if each.isprintable())[:_LONGEST_QUOTE]
