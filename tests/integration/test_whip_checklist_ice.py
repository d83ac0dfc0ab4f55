"""The other half of test_whip_checklist.py: entity tags, candidates and ICE restarts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.checklist import ICE_SERVERS, Checklist, Rule, both, without_body
from support.live import FRAGMENT, Live, fragment, live
from trunkline.protocol import sdp

CHECKLIST: Checklist[Live] = Checklist()
must, should = CHECKLIST.must, CHECKLIST.should


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Live]:
    async with live(tmp_path, ice_servers=ICE_SERVERS) as running:
        yield running


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


@should("medooze")
async def medooze_finds_what_its_patterns_seek(relay: Live) -> None:
    text = (await relay.restart(await relay.publish())).text
    assert "\n" not in text.replace("\r\n", "")
    assert text.count("a=ice-ufrag:") == text.count("a=ice-pwd:") == 1


@pytest.mark.parametrize("rule", CHECKLIST.rules, ids=str)
async def test_rule(rule: Rule[Live], relay: Live) -> None:
    await rule.check(relay)
