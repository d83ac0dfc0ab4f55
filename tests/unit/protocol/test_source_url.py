"""URLs of cameras: their passwords are not shown, and need not be given again."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from trunkline.errors import ProtocolError
from trunkline.protocol.source_url import completed, scheme, shown


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("rtsp://ann:s3cret@cam.local:554/1?x=1", "rtsp://ann@cam.local:554/1?x=1"),
        ("rtsp://ann:@cam.local/1", "rtsp://ann@cam.local/1"),
        ("rtsp://ann:p%40ss@[fe80::1]:554/1", "rtsp://ann@[fe80::1]:554/1"),
        ("rtsp://ann:a:b@c@cam.local/1", "rtsp://ann@cam.local/1"),
        ("rtsp://cam.local/1", "rtsp://cam.local/1"),
        ("http://cam/v?user=a&pwd=s3cret&x=1", "http://cam/v?user=a&pwd=***&x=1"),
        ("srt://cam:9000?passphrase=s3cret", "srt://cam:9000?passphrase=***"),
        ("file:///home/me/a.mp4", "file:///home/me/a.mp4"),
        ("v4l2:/dev/video0", "v4l2:/dev/video0"),
    ],
)
def test_passwords_are_not_shown_and_come_back(url: str, seen: str) -> None:
    assert shown(url) == seen
    assert completed(seen, url) == url


def test_a_password_stays_with_its_user_and_host() -> None:
    known = "rtsp://ann:s3cret@cam.local/1"
    assert completed("rtsp://ann@cam.local/2", known) == "rtsp://ann:s3cret@cam.local/2"
    for other in ("rtsp://bob@cam.local/1", "rtsp://ann@evil.local/1", "rtsp://ann@cam.local:9/1"):
        assert completed(other, known) == other
    assert completed("rtsp://ann:new@cam.local/1", known) == "rtsp://ann:new@cam.local/1"
    assert completed("http://cam/?pwd=new&key=***", "http://cam/?pwd=old") == (
        "http://cam/?pwd=new&key=***"
    )


@pytest.mark.parametrize(
    "url", ["", "s3cret", "rtsp:", "rtsp://[", "rtsp://a:b/1", "rtsp://a b", "rtsp://" + 2100 * "a"]
)
def test_what_is_no_url_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(ProtocolError) as error:
        scheme(url)
    assert not url or url not in str(error.value)


def test_schemes_are_known_in_any_letters() -> None:
    assert scheme("RTSP://cam/1") == "rtsp"


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_has_a_scheme_or_is_refused(url: str, known: str) -> None:
    try:
        scheme(url)
        scheme(known)
    except ProtocolError:
        return
    completed(shown(url), known)
