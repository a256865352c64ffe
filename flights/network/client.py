"""The client that talks HTTP for us, and what its failures mean in words of our own."""

import logging
import ssl
from typing import NoReturn

import httpx

from flights import __version__
from flights.errors import InvalidInput, SourceUnavailable
from flights.network.replies import TransientFailure
from flights.network.retries import RetryPolicy

USER_AGENT = f"flight-data-anomaly-viewer/{__version__}"


def make_client(retries: RetryPolicy) -> httpx.Client:
    """A client with the environment's proxies and certificates, whose logs tell no queries."""
    for name in ("httpx", "httpcore"):  # they log whole addresses and headers
        logging.getLogger(name).setLevel(logging.WARNING)
    timeout = httpx.Timeout(retries.read_s, connect=retries.connect_s)
    try:
        return httpx.Client(headers={"user-agent": USER_AGENT}, timeout=timeout)
    except ImportError:
        raise InvalidInput(
            "A SOCKS proxy is set in the environment: only http and https proxies are known. "
            "Set HTTPS_PROXY to one of these, or unset ALL_PROXY."
        ) from None
    except ValueError:
        raise InvalidInput("HTTP_PROXY, HTTPS_PROXY or ALL_PROXY is no proxy's address.") from None
    except OSError:
        raise InvalidInput(
            "The certificates named by SSL_CERT_FILE or SSL_CERT_DIR cannot be read."
        ) from None


def explain_failure(error: Exception, place: str) -> NoReturn:
    """Say what happened in words of our own: the library's may repeat headers."""
    if _is_certificate(error):
        raise SourceUnavailable(
            f"{place} shows a certificate that is not trusted. "
            "Behind a proxy with its own authority, set SSL_CERT_FILE to its certificate."
        ) from None
    if isinstance(error, httpx.ProxyError) and str(error)[:3] in ("401", "403", "407"):
        raise SourceUnavailable(f"The proxy does not let us reach {place}.") from None
    if isinstance(
        error, httpx.UnsupportedProtocol | httpx.LocalProtocolError | httpx.InvalidURL | ValueError
    ):
        raise SourceUnavailable(f"{place} cannot be asked this way.") from None
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError | httpx.ProxyError):
        raise TransientFailure(f"{place} could not be reached") from None
    if isinstance(error, httpx.TimeoutException):
        raise TransientFailure(f"{place} did not answer in time") from None
    raise TransientFailure(f"{place} broke off before it answered") from None


def _is_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
