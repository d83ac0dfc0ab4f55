"""What answers get before they leave."""

from trunkline.protocol import sdp
from trunkline.protocol.whip.answer import finish_answer, restart_fragment

CORE = """v=0
o=core 1 2 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE 0 1
a=msid-semantic: WMS one
m=audio 9 UDP/TLS/RTP/SAVPF 111
a=mid:0
a=sendonly
a=msid:one sound
a=rtcp-mux
a=ssrc:7 msid:one sound
a=candidate:1 1 tcp 99 10.0.0.1 8444 typ host tcptype passive
a=candidate:2 1 udp 98 fd00::1 8444 typ host
a=candidate:3 1 UDP 97 10.0.0.1 8444 typ host
a=candidate:4 1 udp 96 10.0.0.2 8444 typ host
m=video 9 UDP/TLS/RTP/SAVPF 96
a=mid:1
a=sendonly
a=rtcp-mux
"""


def test_a_viewers_answer_is_complete() -> None:
    audio, video = sdp.parse(finish_answer(CORE).encode()).sections
    assert "one" not in finish_answer(CORE)
    assert audio.values("msid") == ("trunkline sound",)
    assert audio.values("ssrc") == ("7 msid:trunkline sound",)
    assert video.values("msid") == ("trunkline video",)
    assert audio.values("rtcp-mux-only") == video.values("rtcp-mux-only") == ("",)


def test_candidates_come_best_first_and_end() -> None:
    (audio, video) = sdp.parse(finish_answer(CORE).encode()).sections
    assert [one.split()[0] for one in audio.values("candidate")] == ["3", "4", "2", "1"]
    assert audio.attributes[-1].name == "end-of-candidates"
    assert video.values("end-of-candidates") == ()


def test_line_ends_are_crlf() -> None:
    text = finish_answer(CORE)
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")


def test_what_is_complete_stays_as_it_is() -> None:
    assert finish_answer(finish_answer(CORE)) == finish_answer(CORE)


def test_a_publishers_answer_names_no_stream() -> None:
    text = finish_answer(CORE.replace("a=sendonly", "a=recvonly").replace("a=msid:one sound\n", ""))
    assert "a=msid" not in text


def test_a_restart_is_told_what_is_new() -> None:
    ice = "a=ice-ufrag:u\na=ice-pwd:p\na=ice-options:trickle\n"
    core = CORE.replace("a=group", "a=ice-lite\na=group").replace(
        "a=rtcp-mux\n", f"{ice}a=rtcp-mux\n"
    )
    assert restart_fragment(core).split("\r\n") == [
        "a=ice-lite",
        "a=group:BUNDLE 0 1",
        "m=audio 9 UDP/TLS/RTP/SAVPF 0",
        "a=mid:0",
        "a=ice-ufrag:u",
        "a=ice-pwd:p",
        "a=ice-options:trickle",
        "a=candidate:3 1 UDP 97 10.0.0.1 8444 typ host",
        "a=candidate:4 1 udp 96 10.0.0.2 8444 typ host",
        "a=candidate:2 1 udp 98 fd00::1 8444 typ host",
        "a=candidate:1 1 tcp 99 10.0.0.1 8444 typ host tcptype passive",
        "a=end-of-candidates",
        "",
    ]


def test_credentials_may_stand_before_the_first_medium() -> None:
    core = CORE.replace("a=group", "a=ice-ufrag:u\na=ice-pwd:p\na=group")
    assert "a=mid:0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\n" in restart_fragment(core)
