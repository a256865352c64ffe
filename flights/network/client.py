"""The HTTP client, and its failures as errors of this package."""

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
    """A client with the environment's proxies and certificates; its logs never show queries."""
    for name in ("httpx", "httpcore"):  # they log whole addresses and headers
        logging.getLogger(name).setLevel(logging.WARNING)
    timeout = httpx.Timeout(retries.read_s, connect=retries.connect_s)
    try:
        return httpx.Client(headers={"user-agent": USER_AGENT}, timeout=timeout)
    except ImportError:
        raise InvalidInput(
            "A SOCKS proxy is set in the environment; only http and https proxies are supported. "
            "Set HTTPS_PROXY to such a proxy, or unset ALL_PROXY."
        ) from None
    except ValueError:
        raise InvalidInput(
            "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY is not a valid proxy address."
        ) from None
    except OSError:
        raise InvalidInput(
            "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read."
        ) from None


def explain_failure(error: Exception, place: str) -> NoReturn:
    """Raise the error of this package; the library's text may contain headers or secrets."""
    if _is_certificate(error):
        raise SourceUnavailable(
            f"{place} has a certificate that is not trusted. If you use a proxy with its own "
            "certificate authority, set SSL_CERT_FILE to the certificate of that authority."
        ) from None
    if isinstance(error, httpx.ProxyError) and str(error)[:3] in ("401", "403", "407"):
        raise SourceUnavailable(f"The proxy refuses access to {place}.") from None
    if isinstance(
        error, httpx.UnsupportedProtocol | httpx.LocalProtocolError | httpx.InvalidURL | ValueError
    ):
        raise SourceUnavailable(f"{place} cannot be requested: its address is not valid.") from None
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError | httpx.ProxyError):
        raise TransientFailure(f"{place} could not be reached") from None
    if isinstance(error, httpx.TimeoutException):
        raise TransientFailure(f"{place} did not answer in time") from None
    raise TransientFailure(f"{place} closed the connection before it answered") from None


def _is_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
