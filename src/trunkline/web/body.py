"""Bodies of requests: bounded in size and time."""

import asyncio

from aiohttp import web

from trunkline.errors import ProtocolError, Refusal, RefusalCode
from trunkline.protocol.whip.offer import LIMIT, too_large

BODY_TIME = 5.0
"""Seconds for a body to arrive."""


async def read_body(request: web.Request, seconds: float = BODY_TIME) -> bytes:
    """The whole body.

    Raises:
        ProtocolError: it ended early.
        Refusal: it is too large or too slow.
    """
    if (request.content_length or 0) > LIMIT:
        raise too_large()
    try:
        async with asyncio.timeout(seconds):
            return await request.read()
    except TimeoutError:
        sentence = f"The body did not arrive within {seconds:g} s."
        raise Refusal(RefusalCode.TOO_SLOW, sentence) from None
    except web.HTTPRequestEntityTooLarge:
        raise too_large() from None
    except (web.RequestPayloadError, ConnectionError) as error:
        raise ProtocolError("The body ended before it was complete.") from error
