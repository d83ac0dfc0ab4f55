"""Requests from a thread, as namespaces need them."""

from http.client import HTTPConnection
from urllib.parse import urlsplit


def post_offer(url: str, offer: str, *, source: str = "") -> tuple[int, str]:
    """Post an offer; the status and body of the answer.

    Args:
        url: of http.
        offer: SDP.
        source: the address to ask from; any when empty.
    """
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = HTTPConnection(
        parts.hostname, parts.port, timeout=5, source_address=(source, 0) if source else None
    )
    try:
        connection.request("POST", parts.path, offer, {"Content-Type": "application/sdp"})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()
