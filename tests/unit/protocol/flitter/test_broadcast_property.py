"""Whatever comes on the broadcast port is an offer, an answer or a ProtocolError."""

from hypothesis import given
from hypothesis import strategies as some

from trunkline.errors import ProtocolError
from trunkline.model.flitter import Answer, Offer
from trunkline.protocol.flitter.datagram import Post
from trunkline.protocol.flitter.pruning import prune

KEY = bytes(range(32))
NOW = 1_800_000_000


@given(some.binary(max_size=2_000))
def test_any_bytes(data: bytes) -> None:
    try:
        assert isinstance(Post(KEY).read(data, NOW), Offer | Answer)
    except ProtocolError:
        return


@given(some.binary(min_size=1, max_size=200), some.integers(0, 255))
def test_one_changed_byte_is_seen(noise: bytes, place: int) -> None:
    sealed = Post(KEY).write(Offer("v=0"), NOW, bytes(16))
    index = place % len(sealed)
    changed = sealed[:index] + bytes([sealed[index] ^ (noise[0] or 1)]) + sealed[index + 1 :]
    try:
        Post(KEY).read(changed, NOW)
    except ProtocolError:
        return
    raise AssertionError("it was taken")


@given(some.text(some.sampled_from("abc:. \n")), some.integers(0, 100))
def test_pruning_only_leaves_out(text: str, limit: int) -> None:
    lines = iter(text.splitlines(keepends=True))
    kept = prune(text, lambda sdp: len(sdp) <= limit).splitlines(keepends=True)
    assert all(line in lines for line in kept)
