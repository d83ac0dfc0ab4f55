"""Which offers are taken."""

import pytest

from support.offer import FFMPEG, FINGERPRINT, offer
from trunkline.errors import ProtocolError, Refusal, RefusalCode
from trunkline.model.event import Role
from trunkline.protocol import sdp
from trunkline.protocol.whip.offer import LIMIT, SDP_TYPE, read_offer


def test_a_browsers_offers_are_taken() -> None:
    taken = read_offer(SDP_TYPE, offer("sendonly").encode(), "publisher")
    assert taken.ufrag == "abcd"
    assert sorted(taken.sdp.split("\r\n")) == sorted(offer("sendonly").split("\n"))
    read_offer(SDP_TYPE, offer("recvonly").encode(), "viewer")


def test_ffmpegs_offer_is_taken_though_it_is_passive() -> None:
    assert read_offer(SDP_TYPE, FFMPEG.encode(), "publisher").ufrag == "1f2e3d4c"


@pytest.mark.parametrize(("role", "direction"), [("publisher", "sendonly"), ("viewer", "recvonly")])
@pytest.mark.parametrize("stated", ["sendrecv", "x-nothing"])
def test_sendrecv_stated_or_not_is_taken_one_way(role: Role, direction: str, stated: str) -> None:
    taken = read_offer(SDP_TYPE, offer(stated).encode(), role)
    for section in sdp.parse(taken.sdp.encode()).sections:
        assert section.values(direction) == ("",)
        assert section.values("sendrecv") == ()


@pytest.mark.parametrize("setup", ["actpass", "active", "passive"])
def test_each_dtls_role_is_taken(setup: str) -> None:
    read_offer(SDP_TYPE, offer(setup=setup).encode(), "publisher")


@pytest.mark.parametrize("content_type", ["application/SDP", "application/sdp; charset=utf-8"])
def test_the_content_type_is_read_widely(content_type: str) -> None:
    read_offer(content_type, offer().encode(), "publisher")


def test_what_belongs_to_all_media_may_stand_before_them() -> None:
    lines = (
        "a=ice-ufrag:abcd",
        "a=ice-pwd:0123456789012345678901",
        f"a=fingerprint:sha-256 {FINGERPRINT}",
        "a=setup:actpass",
        "a=sendonly",
    )
    text = offer()
    for line in lines:
        text = text.replace(f"{line}\n", "")
    text = text.replace("t=0 0\n", "t=0 0\n" + "".join(f"{line}\n" for line in lines))
    taken = read_offer(SDP_TYPE, text.encode(), "publisher")
    assert taken.ufrag == "abcd"
    assert taken.sdp.count("a=sendonly\r\n") == 2
    with pytest.raises(Refusal, match="must be recvonly, not sendonly"):
        read_offer(SDP_TYPE, text.encode(), "viewer")


def test_a_bundled_section_may_have_port_zero() -> None:
    text = offer().replace("m=video 9", "m=video 0").replace("a=mid:1", "a=mid:1\na=bundle-only")
    read_offer(SDP_TYPE, text.encode(), "publisher")


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        (None, b"", RefusalCode.WRONG_TYPE),
        ("application/json", b"v=0", RefusalCode.WRONG_TYPE),
        (SDP_TYPE, b"v=0\r\n" + b"a=x\r\n" * (LIMIT // 5), RefusalCode.TOO_LARGE),
        (SDP_TYPE, b"v=0\r\n", RefusalCode.UNSUPPORTED),
    ],
)
def test_the_envelope_is_judged_first(content_type: str, body: bytes, code: RefusalCode) -> None:
    with pytest.raises(Refusal) as refusal:
        read_offer(content_type, body, "publisher")
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("m=audio 9 UDP/TLS/RTP/SAVPF", "m=application 9 UDP/DTLS/SCTP", "m=application"),
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP", "over RTP/AVP"),
        ("m=audio 9", "m=audio 0", "port 0"),
        ("a=rtcp-mux\n", "", "rtcp-mux"),
        ("a=mid:0\n", "", "a=mid"),
        ("a=mid:0", "a=mid:", "a=mid"),
        ("a=mid:0", "a=mid:" + "x" * 17, "a=mid"),
        ("a=mid:0", "a=mid:a b", "a=mid"),
        ("a=sendonly", "a=recvonly", "To publish, the audio must be sendonly, not recvonly"),
        ("a=sendonly", "a=inactive", "not inactive"),
        (f"a=fingerprint:sha-256 {FINGERPRINT}\n", "", "lacks a=fingerprint"),
        ("sha-256", "sha-1", "sha-256"),
        (FINGERPRINT, FINGERPRINT[:-3], "32 bytes"),
        ("a=setup:actpass\n", "", "a=setup"),
        ("a=setup:actpass", "a=setup:holdconn", "a=setup"),
        ("a=ice-ufrag:abcd\n", "", "a=ice-ufrag"),
        ("a=ice-pwd:0123456789012345678901\n", "", "a=ice-pwd"),
        ("a=group:BUNDLE 0 1\n", "", "BUNDLE"),
        ("a=group:BUNDLE 0 1", "a=group:BUNDLE 0", "BUNDLE"),
        ("a=group:BUNDLE 0 1", "a=group:LS 0 1", "BUNDLE"),
        ("a=group:BUNDLE 0 1", "a=group:", "BUNDLE"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(
    old: str, new: str, sentence: str
) -> None:
    assert old in offer()
    with pytest.raises(Refusal, match=sentence) as refusal:
        read_offer(SDP_TYPE, offer().replace(old, new).encode(), "publisher")
    assert refusal.value.code == RefusalCode.UNSUPPORTED


def test_one_audio_and_one_video_are_the_most() -> None:
    with pytest.raises(Refusal, match="At most one audio"):
        read_offer(SDP_TYPE, offer(kinds=("audio", "audio")).encode(), "publisher")


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("a=rtpmap:96 THEORA/90000", "which are VP8, VP9, .* offered: THEORA"),
        ("a=rtpmap:96 opus/48000/2", "offered: opus"),
        ("a=rtpmap:96", "offered: none"),
        ("a=x", "offered: none"),
    ],
)
def test_half_of_an_offer_is_not_taken(new: str, sentence: str) -> None:
    text = offer().replace("a=rtpmap:96 VP8/90000", new)
    with pytest.raises(Refusal, match=sentence) as refusal:
        read_offer(SDP_TYPE, text.encode(), "publisher")
    assert refusal.value.code == RefusalCode.CODEC


def test_names_of_codecs_have_no_case() -> None:
    read_offer(SDP_TYPE, offer().replace("VP8", "vp8").encode(), "publisher")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("a=mid:1", "a=mid:0", "same a=mid"),
        ("a=ice-ufrag:abcd", "a=ice-ufrag:abc", "ice-ufrag"),
        ("a=ice-pwd:0123456789012345678901", "a=ice-pwd:short", "ice-pwd"),
        ("v=0", "v=2", "v=0"),
    ],
)
def test_what_breaks_the_rules_is_an_error(old: str, new: str, sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        read_offer(SDP_TYPE, offer().replace(old, new).encode(), "publisher")
