"""Sealed datagrams: what is opened, and what is not."""

import json
import random
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from trunkline.errors import ProtocolError
from trunkline.model.flitter import Answer, Datagram, Offer
from trunkline.protocol.flitter import datagram
from trunkline.protocol.flitter.datagram import LIMIT, MAX_TEXT, Post, derive_key, fits

VECTORS = Path(__file__).parents[4] / "vectors" / "flitter-broadcast" / "datagrams.json"
NOW = 1_800_000_000
IV = bytes(range(16))


@pytest.fixture(scope="module")
def key() -> bytes:
    return derive_key("flitter_webrtc", "stage")


@pytest.mark.parametrize("message", [Offer("v=0\r\n"), Answer("ünlikely ✓")])
def test_what_is_sealed_is_opened(key: bytes, message: Datagram) -> None:
    assert Post(key).read(Post(key).write(message, NOW, IV), NOW) == message


def test_vectors_are_opened_and_made() -> None:
    for one in json.loads(VECTORS.read_text()):
        made = derive_key(one["secret"], one["name"])
        assert made.hex() == one["key"]
        kind = Offer if one["kind"] == "offer" else Answer
        sealed = bytes.fromhex(one["datagram"])
        assert Post(made).read(sealed, one["now"]) == kind(one["sdp"])
        # What zlib makes of a text may change: the head and the key do not.
        iv = bytes.fromhex(one["iv"])
        assert Post(made).write(kind(one["sdp"]), one["now"], iv)[:25] == sealed[:25]


def test_tokens_of_fernet_itself_are_opened(key: bytes) -> None:
    ours = Post(key).write(Offer("v=0"), NOW, IV)
    fernet = Fernet(urlsafe_b64encode(key))
    packed = fernet.decrypt_at_time(urlsafe_b64encode(ours), ttl=10, current_time=NOW)
    assert zlib.decompress(packed) == b'{"offer":"v=0"}'


def sealed(key: bytes, text: bytes) -> bytes:
    """A token with any text in it, as it is."""
    token = Fernet(urlsafe_b64encode(key)).encrypt_at_time(text, NOW)
    return urlsafe_b64decode(token)


def test_what_makes_no_sense_is_refused(key: bytes) -> None:
    pack = zlib.compress
    for broken, reason in (
        (b"", "no token"),
        (b"\x80" + bytes(60), "not for us"),
        (b"\x81" + bytes(60), "no token"),
        (bytes(LIMIT + 1), "longer than"),
        (sealed(key, b"not packed"), "no compressed text"),
        (sealed(key, pack(b"\xff")), "no compressed text"),
        (sealed(key, pack(b"[]")), "neither"),
        (sealed(key, pack(b'{"offer": 1}')), "neither"),
        (sealed(key, pack(bytes(MAX_TEXT + 1))), "more than"),
    ):
        with pytest.raises(ProtocolError, match=reason):
            Post(key).read(broken, NOW)


def test_another_secret_or_name_is_not_for_us(key: bytes) -> None:
    ours = Post(key).write(Offer("v=0"), NOW, IV)
    for other in (derive_key("", "stage"), derive_key("flitter_webrtc", "Stage")):
        with pytest.raises(ProtocolError, match="not for us"):
            Post(other).read(ours, NOW)


def test_a_body_that_is_signed_and_no_padding_is_refused(key: bytes) -> None:
    post = Post(key)
    for body in (b"x", bytes(16)):
        signed = b"\x80" + NOW.to_bytes(8, "big") + IV + body
        with pytest.raises(ProtocolError, match="no token"):
            post.read(signed + post._signature(signed).finalize(), NOW)


@pytest.mark.parametrize("late", [-61, 11])
def test_what_is_not_of_now_is_refused(key: bytes, late: int) -> None:
    with pytest.raises(ProtocolError, match="clocks"):
        Post(key).read(Post(key).write(Offer("v=0"), NOW, IV), NOW + late)


def test_what_comes_twice_is_opened_once_and_forgotten_in_time(
    key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datagram, "REMEMBERED", 3)
    post = Post(key)
    first = post.write(Offer("v=0"), NOW, IV)
    assert post.read(first, NOW) == Offer("v=0")
    with pytest.raises(ProtocolError, match="came before"):
        post.read(first, NOW + 9)
    for number in range(5):
        post.read(post.write(Offer("v=0"), NOW, bytes([number]) * 16), NOW)
    assert len(post._seen) == 3
    post.read(post.write(Offer("v=0"), NOW + 20, IV), NOW + 20)
    assert len(post._seen) == 1


def test_what_fits_is_told_before_it_is_sealed(key: bytes) -> None:
    chance = random.Random(1)
    for length in range(900, 1500, 7):
        message = Answer("".join(chance.choice("0123456789abcdef") for _ in range(2 * length)))
        assert fits(message) == (len(Post(key).write(message, NOW, IV)) <= LIMIT)
