"""Every MUST and SHOULD of WHIP and WHEP that binds a server, each on live sessions.

Sections are those of RFC 9725 (WHIP), of the WHEP draft head of 2026-04-29, and of its events
(webrtc-http-egress-events). What binds clients alone is not here, and neither are the rows for
what a server need not have and this one has not: redirects (4.5), counter-offers, layers.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from support.live import FRAGMENT, Live, Reply, fragment, live
from support.offer import CODECS, FFMPEG, offer
from trunkline.protocol import sdp

Check = Callable[[Live], Awaitable[None]]

ICE_SERVERS = [
    "stun:stun.example.net",
    {"url": "turn:turn.example.net?transport=udp", "username": "u", "credential": "c"},
]
STREAMS = "urn:ietf:params:whep:ext:core:server-sent-events"
JSON = {"Content-Type": "application/json"}
ENDPOINTS = ("/whip/studio", "/whep/studio")


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence of the texts."""

    section: str
    level: Literal["MUST", "SHOULD"]
    check: Check

    def __str__(self) -> str:
        return f"{self.section}-{self.level}-{self.check.__name__}"


RULES: list[Rule] = []


def must(section: str) -> Callable[[Check], Check]:
    return _rule(section, "MUST")


def should(section: str) -> Callable[[Check], Check]:
    return _rule(section, "SHOULD")


def _rule(section: str, level: Literal["MUST", "SHOULD"]) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        RULES.append(Rule(section, level, check))
        return check

    return register


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Live]:
    async with live(tmp_path, ice_servers=ICE_SERVERS) as running:
        yield running


async def both(relay: Live) -> tuple[Reply, Reply]:
    return await relay.publish(), await relay.watch()


def without_body(reply: Reply, status: int) -> None:
    assert (reply.status, reply.text) == (status, "")


@must("WHIP 4.1")
async def endpoints_and_sessions_answer_get_without_content(relay: Live) -> None:
    for url in (*ENDPOINTS, *(session.url for session in await both(relay))):
        without_body(await relay.ask("GET", url), 200)


@should("WHEP HEAD")
async def endpoints_answer_head_as_get(relay: Live) -> None:
    for url in ENDPOINTS:
        for method in ("HEAD", "GET"):
            reply = await relay.ask(method, url)
            assert reply.status == 200
            assert reply.headers["Content-Type"] == "application/sdp"
            assert reply.headers["Content-Length"] == "0"


@must("WHIP 4.1")
async def options_work_for_cors(relay: Live) -> None:
    asked = {"Origin": "https://page.example", "Access-Control-Request-Method": "POST"}
    for url in (*ENDPOINTS, *(session.url for session in await both(relay))):
        reply = await relay.ask("OPTIONS", url, asked)
        assert reply.status == 200
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        allowed = reply.headers["Access-Control-Allow-Headers"].split(", ")
        assert {"Authorization", "Content-Type", "If-Match"} <= set(allowed)
        methods = reply.headers["Access-Control-Allow-Methods"].split(", ")
        assert {"OPTIONS", "GET", "HEAD", "POST", "PATCH", "DELETE"} == set(methods)


@should("WHIP 4.1")
async def options_tell_what_may_be_posted(relay: Live) -> None:
    for url in ENDPOINTS:
        assert (await relay.ask("OPTIONS", url)).headers["Accept-Post"] == "application/sdp"


@should("WHIP 4.6")
async def preflights_are_not_told_of_ice_servers(relay: Live) -> None:
    for url in ENDPOINTS:
        preflight = {"Origin": "null", "Access-Control-Request-Method": "POST"}
        assert "Link" not in (await relay.ask("OPTIONS", url, preflight)).headers
        assert len((await relay.ask("OPTIONS", url)).links("ice-server")) == 2


@must("WHIP 4.2")
async def another_content_type_is_refused(relay: Live) -> None:
    for url in ENDPOINTS:
        reply = await relay.ask("POST", url, {"Content-Type": "text/plain"}, offer())
        assert reply.status == 415


@must("WHIP 4.2")
async def what_is_no_sdp_is_refused(relay: Live) -> None:
    for url in ENDPOINTS:
        assert (await relay.post(url, "hello")).status == 400


@must("WHIP 4.2")
async def a_session_is_created(relay: Live) -> None:
    for reply in await both(relay):
        assert reply.status == 201
        assert reply.headers["Content-Type"] == "application/sdp"
        assert reply.description.sections
        assert (await relay.ask("GET", reply.url)).status == 200


@must("WHIP 4.2")
async def answers_have_all_candidates(relay: Live) -> None:
    for reply in await both(relay):
        section = reply.description.sections[0]
        assert section.values("candidate")
        assert section.values("end-of-candidates") == ("",)


@must("WHIP 4.2")
async def publishers_are_answered_recvonly(relay: Live) -> None:
    for name, direction in (("a", "sendonly"), ("b", "sendrecv")):
        reply = await relay.publish(name, offer(direction))
        assert all(one.values("recvonly") for one in reply.description.sections)


@must("WHIP 4.2")
async def publishers_that_do_not_send_are_refused(relay: Live) -> None:
    for direction in ("recvonly", "inactive"):
        assert (await relay.publish(body=offer(direction))).status == 422


@must("WHEP 4.2")
async def viewers_are_answered_sendonly(relay: Live) -> None:
    for direction in ("recvonly", "sendrecv"):
        reply = await relay.watch(offer(direction))
        assert all(one.values("sendonly") for one in reply.description.sections)


@must("WHEP 4.2")
async def viewers_that_do_not_receive_are_refused(relay: Live) -> None:
    for direction in ("sendonly", "inactive"):
        assert (await relay.watch(offer(direction))).status == 422


@must("WHEP 4.2")
async def nobody_to_watch_is_a_conflict_with_a_time(relay: Live) -> None:
    reply = await relay.post("/whep/empty", offer("recvonly"))
    assert reply.status == 409
    assert int(reply.headers["Retry-After"]) > 0


@must("WHIP 4.2")
async def delete_ends_a_session(relay: Live) -> None:
    for session in await both(relay):
        assert (await relay.ask("DELETE", session.url)).status == 200
    statistics = await relay.relay.statistics()
    assert statistics.participants == ()


@must("WHIP 4.2")
async def what_has_ended_is_not_found(relay: Live) -> None:
    session = await relay.publish()
    await relay.ask("DELETE", session.url)
    assert (await relay.ask("DELETE", session.url)).status == 404
    reply = await relay.trickle(session, fragment(), **{"If-Match": session.tag})
    assert reply.status == 404


@must("WHIP 4.3.1")
async def delete_ignores_entity_tags(relay: Live) -> None:
    session = await relay.publish()
    headers = {"If-Match": '"other"'}
    assert (await relay.ask("DELETE", session.url, headers)).status == 200


@must("WHIP 4.3.1")
async def sessions_have_strong_unique_tags(relay: Live) -> None:
    one, other = await both(relay)
    for tag in (one.tag, other.tag):
        assert tag[0] == tag[-1] == '"'
        assert len(tag) > 2
    assert one.tag != other.tag


@must("WHIP 4.3.1")
async def patch_without_a_tag_is_428(relay: Live) -> None:
    for session in await both(relay):
        assert (await relay.trickle(session, fragment())).status == 428


@must("WHIP 4.3.1")
async def patch_with_another_tag_is_412(relay: Live) -> None:
    for session in await both(relay):
        for tag in ('"other"', f"W/{session.tag}"):
            assert (await relay.trickle(session, fragment(), **{"If-Match": tag})).status == 412


@must("WHIP 4.3.1")
async def patch_of_another_type_is_refused(relay: Live) -> None:
    session = await relay.publish()
    headers = {"If-Match": session.tag, "Content-Type": "application/sdp"}
    assert (await relay.ask("PATCH", session.url, headers, fragment())).status == 415


@must("WHIP 4.3.2")
async def candidates_are_taken_without_body_and_tag(relay: Live) -> None:
    for session in await both(relay):
        reply = await relay.trickle(session, fragment(), **{"If-Match": session.tag})
        without_body(reply, 204)
        assert "ETag" not in reply.headers


@must("WHIP 4.3.2")
async def unknown_candidates_are_ignored(relay: Live) -> None:
    session = await relay.publish()
    unknown = ("1 1 carrier-pigeon 1 127.0.0.1 9 typ host", "1 1 udp 1 a.local 9 typ host")
    for candidate in unknown:
        body = fragment("abcd", f"a=candidate:{candidate}")
        reply = await relay.trickle(session, body, **{"If-Match": session.tag})
        assert reply.status == 204
    body = fragment("new1", *(f"a=candidate:{candidate}" for candidate in unknown))
    assert (await relay.trickle(session, body, **{"If-Match": "*"})).status == 200


@must("WHIP 4.3.3")
async def a_restart_has_new_credentials_candidates_and_tag(relay: Live) -> None:
    for session in await both(relay):
        tag, old = session.tag, session.description.sections[0]
        for number, star in enumerate(("*", '"*"')):
            body = fragment(f"new{number}", password=f"{number}" * 24)
            reply = await relay.trickle(session, body, **{"If-Match": star})
            assert reply.status == 200, reply.text
            assert reply.headers["Content-Type"] == FRAGMENT["Content-Type"]
            new = sdp.parse_fragment(reply.text.encode()).sections[0]
            assert new.first("ice-ufrag") != old.first("ice-ufrag")
            assert new.first("ice-pwd") != old.first("ice-pwd")
            assert _addresses(new) == _addresses(session.description.sections[0])
            assert reply.tag != tag
            tag, old = reply.tag, new


def _addresses(section: sdp.Section) -> list[list[str]]:
    """Transport, address and port of each candidate; its end has the user name fragment."""
    candidates = [candidate.split() for candidate in section.values("candidate")]
    assert candidates
    return [[words[2], *words[4:6]] for words in candidates]


@must("WHIP 4.3.3")
async def the_old_tag_does_not_survive_a_restart(relay: Live) -> None:
    session = await relay.publish()
    renewed = await relay.restart(session)
    later = fragment("new1")
    assert (await relay.trickle(session, later, **{"If-Match": session.tag})).status == 412
    assert (await relay.trickle(session, later, **{"If-Match": renewed.tag})).status == 204


@must("WHIP 4.3.3")
async def ice_options_and_ice_lite_stay(relay: Live) -> None:
    session = await relay.publish()
    before = session.description
    after = sdp.parse_fragment((await relay.restart(session)).text.encode())
    assert after.session.values("ice-lite") == before.session.values("ice-lite") == ("",)
    for name in ("ice-options", "ice-pacing"):
        stated = {value for one in before.sections for value in one.values(name)}
        assert {value for one in after.sections for value in one.values(name)} == stated


@must("WHIP 4.3.3")
async def a_restart_that_fails_leaves_the_session(relay: Live) -> None:
    session = await relay.publish()
    for body in (fragment("abc"), fragment("new1", "a=ice-lite"), "a=ice-ufrag:new1\r\n"):
        reply = await relay.trickle(session, body, **{"If-Match": "*"})
        assert reply.status in (400, 422)
    assert (await relay.ask("GET", session.url)).status == 200
    reply = await relay.trickle(session, fragment(), **{"If-Match": session.tag})
    assert reply.status == 204


@must("WHIP 4.4.1")
async def media_are_bundled_with_rtcp_multiplexed(relay: Live) -> None:
    for reply in await both(relay):
        assert reply.description.session.values("group") == ("BUNDLE 0 1",)
        for section in reply.description.sections:
            assert section.values("rtcp-mux") == section.values("rtcp-mux-only") == ("",)


@must("WHEP 4.4.2")
async def a_viewers_media_are_one_stream(relay: Live) -> None:
    sections = (await relay.watch()).description.sections
    streams = [msid.split()[0] for section in sections for msid in section.values("msid")]
    assert len(streams) == 2
    assert len(set(streams)) == 1


@must("WHIP 4.4.2")
async def too_many_tracks_are_refused(relay: Live) -> None:
    for url in ENDPOINTS:
        body = offer(kinds=("audio", "video", "video"))
        assert (await relay.post(url, body)).status == 422


@should("WHIP 4.4.3")
async def there_is_no_half_success(relay: Live) -> None:
    body = offer().replace(CODECS["video"], CODECS["video"].replace("VP8", "Theora"))
    reply = await relay.publish(body=body)
    assert reply.status == 422
    assert "VP8" in reply.text
    assert relay.relay.rooms == ()


@must("WHIP 4.4.4")
async def either_dtls_role_is_answered(relay: Live) -> None:
    # "passive" is FFmpeg's, and no text's.
    wanted = {"actpass": ("active", "passive"), "active": ("passive",), "passive": ("active",)}
    for setup, roles in wanted.items():
        reply = await relay.publish(setup, offer(setup=setup))
        assert all(one.first("setup") in roles for one in reply.description.sections)


@must("WHIP 4.5")
async def at_its_end_the_relay_is_unavailable_for_a_time(relay: Live) -> None:
    relay.relay._running.engine.stop()
    for url in ENDPOINTS:
        reply = await relay.post(url, offer("sendonly" if "whip" in url else "recvonly"))
        assert reply.status == 503
        assert int(reply.headers["Retry-After"]) > 0


@must("WHIP 4.6")
async def ice_servers_have_a_header_line_each(relay: Live) -> None:
    for reply in await both(relay):
        assert reply.links("ice-server") == [
            '<stun:stun.example.net>; rel="ice-server"',
            '<turn:turn.example.net?transport=udp>; rel="ice-server"; username="u"; '
            'credential="c"; credential-type="password"',
        ]


@must("WHIP 4.7")
async def bearer_tokens_are_understood(relay: Live) -> None:
    token = {"Authorization": "Bearer 0123abc"}
    session = await relay.post("/whip/studio", offer(), **token)
    assert session.status == 201
    tag = {"If-Match": session.tag}
    assert (await relay.trickle(session, fragment(), **tag, **token)).status == 204
    assert (await relay.ask("DELETE", session.url, token)).status == 200


@must("WHIP 5")
async def sessions_cannot_be_guessed(relay: Live) -> None:
    one, other = await both(relay)
    assert one.url != other.url
    assert all(len(reply.url.rpartition("/")[2]) >= 40 for reply in (one, other))


@must("Fetch CORS")
async def pages_may_read_what_they_need(relay: Live) -> None:
    needed = {"Location", "ETag", "Link", "Accept-Patch", "Retry-After"}
    replies = (*await both(relay), await relay.post("/whep/empty", offer("recvonly")))
    for reply in replies:
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        assert needed <= set(reply.headers["Access-Control-Expose-Headers"].split(", "))


@must("Events")
async def viewers_are_told_where_events_are(relay: Live) -> None:
    publisher, viewer = await both(relay)
    assert publisher.links(STREAMS) == []
    (link,) = viewer.links(STREAMS)
    assert link.startswith(f"<{viewer.url}/events>;")
    assert 'events="active,inactive,reconnect,viewercount"' in link


@must("Events")
async def a_stream_tells_what_was_asked_for(relay: Live) -> None:
    viewer = await relay.watch()
    made = await relay.ask("POST", f"{viewer.url}/events", JSON, '["viewercount"]')
    assert made.status == 201
    async with relay.http.get(made.url) as stream:
        assert stream.content_type == "text/event-stream"
        assert await stream.content.readline() == b"event: viewercount\n"
        assert await stream.content.readline() == b'data: {"viewercount": 1}\n'
        await relay.ask("DELETE", viewer.url)
        assert await stream.content.read() == b"\n"


@must("Events")
async def unknown_events_make_no_stream(relay: Live) -> None:
    viewer = await relay.watch()
    reply = await relay.ask("POST", f"{viewer.url}/events", JSON, '["active", "scte35"]')
    assert reply.status == 400
    assert "Location" not in reply.headers


@must("Events")
async def streams_end_when_deleted_or_with_their_session(relay: Live) -> None:
    viewer = await relay.watch()
    one, other = [await relay.ask("POST", f"{viewer.url}/events") for _ in range(2)]
    assert (await relay.ask("DELETE", one.url)).status == 200
    assert (await relay.ask("GET", one.url)).status == 404
    await relay.ask("DELETE", viewer.url)
    assert (await relay.ask("GET", other.url)).status == 404


@should("FFmpeg")
async def ffmpeg_is_answered_as_it_needs(relay: Live) -> None:
    reply = await relay.post("/whip/studio", FFMPEG, Connection="close")
    assert reply.status == 201
    assert reply.text.startswith("v=")
    assert len(reply.text.encode()) <= 8192
    (section,) = reply.description.sections
    assert section.first("setup") == "active"
    assert "udp" in str(section.first("candidate")).lower().split()


@should("medooze")
async def medooze_finds_what_its_patterns_seek(relay: Live) -> None:
    text = (await relay.restart(await relay.publish())).text
    assert "\n" not in text.replace("\r\n", "")
    assert text.count("a=ice-ufrag:") == text.count("a=ice-pwd:") == 1


@pytest.mark.parametrize("rule", RULES, ids=str)
async def test_rule(rule: Rule, relay: Live) -> None:
    await rule.check(relay)
