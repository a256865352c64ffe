"""All network access (`door`): rate limits, retries, checked replies, downloads that resume."""

from flights.network.bodies import read_decoded, read_raw
from flights.network.client import USER_AGENT, explain_failure, make_client
from flights.network.door import Door
from flights.network.limiter import LOOPBACK, Limiter
from flights.network.remote_stream import RemoteStream
from flights.network.replies import TransientFailure, read_wait, redact
from flights.network.resources import Resource
from flights.network.retries import Report, RetryPolicy, Waiting
from flights.network.session import HttpSession

__all__ = [
    "LOOPBACK",
    "USER_AGENT",
    "Door",
    "HttpSession",
    "Limiter",
    "RemoteStream",
    "Report",
    "Resource",
    "RetryPolicy",
    "TransientFailure",
    "Waiting",
    "explain_failure",
    "make_client",
    "read_decoded",
    "read_raw",
    "read_wait",
    "redact",
]
