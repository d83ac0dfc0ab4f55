"""Errors as answers: problem+json (RFC 9457) with a sentence that says what to do."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from aiohttp import web

from trunkline.errors import ProtocolError, Refusal
from trunkline.protocol.whip import exchange
from trunkline.protocol.whip.exchange import Problem

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at {path}.",
    HTTPStatus.METHOD_NOT_ALLOWED: "{method} does not apply to {path}.",
}


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error of a handler; a bug of ours ends this request alone."""
    try:
        return await handler(request)
    except (ProtocolError, Refusal) as error:
        return _answer(request, exchange.problem(error))
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        status = HTTPStatus(error.status)
        sentence = _SENTENCES.get(status, status.phrase)
        detail = sentence.format(path=request.path, method=request.method)
        kept = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return _answer(request, Problem(status, detail), kept)
    except Exception:
        # The route and not the path, which may hold a session's secret.
        resource = request.match_info.route.resource
        where = resource.canonical if resource else "an unknown path"
        log.exception("a bug: %s %s failed", request.method, where)
        sentence = "The relay failed at this by a bug of its own; its log says where."
        return _answer(request, Problem(HTTPStatus.INTERNAL_SERVER_ERROR, sentence))


def _answer(
    request: web.Request, problem: Problem, headers: Mapping[str, str] | None = None
) -> web.Response:
    fields = {**(headers or {}), "Cache-Control": "no-store"}
    if exchange.is_ours(request.path):
        fields |= exchange.CORS
    if problem.status is HTTPStatus.UNAUTHORIZED:
        fields["WWW-Authenticate"] = "Bearer"
    if problem.retry_after is not None:
        fields["Retry-After"] = str(problem.retry_after)
    return web.Response(
        status=problem.status,
        body=json.dumps(problem.body).encode(),
        content_type="application/problem+json",
        headers=fields,
    )
