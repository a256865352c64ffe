"""The one door to the network (`door`): pace, retries, replies judged, downloads that resume."""

from flights.network.asking import Line
from flights.network.bodies import read_decoded, read_raw
from flights.network.client import USER_AGENT, explain_failure, make_client
from flights.network.door import Door
from flights.network.limiter import LOOPBACK, Limiter
from flights.network.manners import Manners, Report, Waiting
from flights.network.remote_stream import RemoteStream
from flights.network.replies import Passing, read_wait, redact
from flights.network.resources import Resource

__all__ = [
    "LOOPBACK",
    "USER_AGENT",
    "Door",
    "Limiter",
    "Line",
    "Manners",
    "Passing",
    "RemoteStream",
    "Report",
    "Resource",
    "Waiting",
    "explain_failure",
    "make_client",
    "read_decoded",
    "read_raw",
    "read_wait",
    "redact",
]
