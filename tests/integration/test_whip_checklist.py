"""Every MUST and SHOULD of WHIP and WHEP that binds a server, each on live sessions.

Sections are those of RFC 9725 (WHIP), of the WHEP draft head of 2026-04-29, and of its events
(webrtc-http-egress-events). What binds clients alone is not here, and neither are the rows for
what a server need not have and this one has not: redirects (4.5), counter-offers, layers.
Entity tags and PATCH are in test_whip_checklist_ice.py, and what needs connected clients in
test_whip_checklist_end.py.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.checklist import ICE_SERVERS, Checklist, Rule, both, without_body
from support.live import Live, fragment, live
from support.offer import CODECS, FFMPEG, offer

CHECKLIST: Checklist[Live] = Checklist()
must, should = CHECKLIST.must, CHECKLIST.should

STREAMS = "urn:ietf:params:whep:ext:core:server-sent-events"
JSON = {"Content-Type": "application/json"}
ENDPOINTS = ("/whip/studio", "/whep/studio")


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Live]:
    async with live(tmp_path, ice_servers=ICE_SERVERS) as running:
        yield running


@must("WHIP 4.1")
async def endpoints_and_sessions_answer_get_without_content(relay: Live) -> None:
    for url in (*ENDPOINTS, *(session.url for session in await both(relay))):
        without_body(await relay.ask("GET", url), 200)


@should("WHEP HEAD")
async def endpoints_and_sessions_answer_head_as_get(relay: Live) -> None:
    for url in (*ENDPOINTS, *(session.url for session in await both(relay))):
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


@must("WHIP 4.4.1")
async def media_are_bundled_with_rtcp_multiplexed(relay: Live) -> None:
    for reply in await both(relay):
        assert reply.description.session.values("group") == ("BUNDLE 0 1",)
        for section in reply.description.sections:
            assert section.values("rtcp-mux") == section.values("rtcp-mux-only") == ("",)


@must("WHIP 4.4.1")
async def offers_without_bundle_or_rtcp_mux_are_refused(relay: Live) -> None:
    for line in ("a=group:BUNDLE 0 1\n", "a=rtcp-mux\n"):
        reply = await relay.publish(body=offer().replace(line, ""))
        assert reply.status == 422
        assert line.strip().partition(" ")[0].partition(":")[0] in reply.text


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
async def a_stream_without_wishes_tells_all(relay: Live) -> None:
    viewer = await relay.watch()
    made = await relay.ask("POST", f"{viewer.url}/events")
    assert made.status == 201
    async with relay.http.get(made.url) as stream:
        relay.relay._running.engine.stop()
        told = (await stream.content.read()).decode()
    assert "event: viewercount\n" in told
    assert "event: reconnect\n" in told


@must("Events")
async def no_stream_begins_with_inactive(relay: Live) -> None:
    viewer = await relay.watch()
    made = await relay.ask("POST", f"{viewer.url}/events", JSON, '["active", "inactive"]')
    async with relay.http.get(made.url) as stream:
        await relay.ask("DELETE", viewer.url)
        assert await stream.content.read() == b""


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


@pytest.mark.parametrize("rule", CHECKLIST.rules, ids=str)
async def test_rule(rule: Rule[Live], relay: Live) -> None:
    await rule.check(relay)
