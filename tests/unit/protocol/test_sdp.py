"""The reader of SDP."""

import pytest

from support.offer import FFMPEG, offer
from trunkline.errors import ProtocolError
from trunkline.protocol import sdp


def text(description: sdp.Description) -> str:
    parts = (description.session, *description.sections)
    return sdp.join(line for part in parts for line in part.lines)


def test_a_description_is_read() -> None:
    description = sdp.parse(offer().encode())
    assert [section.kind for section in description.sections] == ["audio", "video"]
    audio = description.sections[0]
    assert (audio.port, audio.transport) == (9, "UDP/TLS/RTP/SAVPF")
    assert audio.first("mid") == "0"
    assert audio.values("rtpmap") == ("111 opus/48000/2",)
    assert audio.first("sendonly") == ""
    assert audio.first("nothing") is None
    assert description.session.values("group") == ("BUNDLE 0 1",)


def test_text_has_crlf_line_ends_whatever_came() -> None:
    mixed = offer().replace("\n", "\r\n", 3)
    assert text(sdp.parse(mixed.encode())) == offer().replace("\n", "\r\n")


def test_blank_lines_at_the_end_do_not_matter() -> None:
    assert text(sdp.parse(b"v=0\r\n\r\n\r\n")) == "v=0\r\n"


def test_ffmpeg_is_read() -> None:
    (video,) = sdp.parse(FFMPEG.encode()).sections
    assert video.first("mid") == "1"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "not of the form"),
        (b"hello", "not of the form"),
        (b"s=-\n", "v=0"),
        (b"m=audio 9 RTP/SAVPF 1\n", "v=0"),
        (b"v=1\n", "v=0"),
        (b"\xff\xfe", "UTF-8"),
        (b"v=0\nnonsense\n", "Line 2"),
        (b"v=0\n\nm=\n", "Line 2"),
        (b"v=0\n1=2\n", "Line 2"),
        (b"v=0\ns=\x00\n", "Line 2"),
        (b"v=0\nm=audio\n", "media line"),
        (b"v=0\nm=audio x RTP/SAVPF 1\n", "media line"),
        (b"v=0\nm=audio 123456 RTP/SAVPF 1\n", "media line"),
        (b"v=0\nm=audio 9 RTP/SAVPF 1\na=x\nc=IN IP4 0.0.0.0\n", "order of RFC 8866"),
        (b"v=0\nm=audio 9 RTP/SAVPF 1\nx=y\n", "order of RFC 8866"),
        (b"v=0\n" + b"a=x\n" * sdp.LINES, "lines"),
    ],
)
def test_what_is_not_sdp_is_an_error_with_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        sdp.parse(body)


def test_a_fragment_may_begin_anywhere() -> None:
    fragment = sdp.parse_fragment(b"a=ice-ufrag:abcd\r\nm=audio 9 RTP/SAVPF 0\r\na=mid:0\r\n")
    assert fragment.session.first("ice-ufrag") == "abcd"
    assert fragment.sections[0].first("mid") == "0"
