"""RFC 5769 has the messages; its password is that of short-term credentials."""

from dataclasses import replace
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.errors import ProtocolError
from trunkline.protocol import stun
from trunkline.protocol.stun import Message

PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt"
TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")

REQUEST = bytes.fromhex(  # section 2.1
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff"
    "80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
OVER_IPV4 = bytes.fromhex(  # section 2.2
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "80280004c07d4c96"
)
OVER_IPV6 = bytes.fromhex(  # section 2.3
    "010100482112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
    "80280004c8fb0b4c"
)


@pytest.mark.parametrize("data", [REQUEST, OVER_IPV4, OVER_IPV6])
def test_the_vectors_are_authentic(data: bytes) -> None:
    assert stun.decode(data).transaction == TRANSACTION
    assert stun.is_authentic(data, PASSWORD)
    assert not stun.is_authentic(data, PASSWORD.lower())


def test_the_request_is_read() -> None:
    request = stun.decode(REQUEST)
    assert request.kind == stun.BINDING_REQUEST
    assert request.first(stun.USERNAME) == b"evtj:h6vY"
    assert request.first(stun.PRIORITY) == bytes.fromhex("6e0001ff")
    assert request.first(stun.XOR_MAPPED_ADDRESS) is None


@pytest.mark.parametrize(
    ("data", "address"),
    [(OVER_IPV4, "192.0.2.1"), (OVER_IPV6, "2001:db8:1234:5678:11:2233:4455:6677")],
)
def test_the_address_seen_is_read(data: bytes, address: str) -> None:
    answer = stun.decode(data)
    assert answer.kind == stun.BINDING_SUCCESS
    assert stun.mapped_address(answer) == (ip_address(address), 32853)


def test_what_is_written_is_the_vector() -> None:
    # The vector pads with spaces, as RFC 5389 let anybody do; RFC 8489 wants zeros. So all but the
    # padding and what is computed over it.
    written = stun.encode(replace(stun.decode(REQUEST), attributes=_kept(REQUEST)), PASSWORD)
    assert len(written) == len(REQUEST)
    user = REQUEST.index(b"evtj:h6vY") + 9
    assert written[:user] == REQUEST[:user]
    assert written[user : user + 3] == bytes(3)
    assert stun.decode(written).attributes[:4] == stun.decode(REQUEST).attributes[:4]
    assert stun.is_authentic(written, PASSWORD)


def test_without_padding_every_byte_is_the_same() -> None:
    request = stun.decode(REQUEST)
    attributes = tuple(pair for pair in _kept(REQUEST) if pair[0] != stun.USERNAME)
    written = stun.encode(replace(request, attributes=attributes), PASSWORD)
    assert written[20:52] == REQUEST[20:52]


def _kept(data: bytes) -> tuple[tuple[int, bytes], ...]:
    signatures = {stun.MESSAGE_INTEGRITY, stun.FINGERPRINT}
    return tuple(pair for pair in stun.decode(data).attributes if pair[0] not in signatures)


def test_a_check_is_what_ice_wants() -> None:
    data = stun.check(TRANSACTION, "them:us", PASSWORD, 7)
    message = stun.decode(data)
    kinds = [kind for kind, _ in message.attributes]
    assert kinds[-2:] == [stun.MESSAGE_INTEGRITY, stun.FINGERPRINT]
    assert message.first(stun.USERNAME) == b"them:us"
    assert message.first(stun.ICE_CONTROLLING) == bytes(7) + b"\x07"
    assert stun.PRIORITY in kinds
    assert stun.is_authentic(data, PASSWORD)


def test_an_error_says_why() -> None:
    refused = Message(
        stun.BINDING_ERROR, TRANSACTION, ((stun.ERROR_CODE, b"\0\0\x04\x57Conflict"),)
    )
    assert stun.error_code(stun.decode(stun.encode(refused, PASSWORD))) == (487, "Conflict")
    assert stun.error_code(Message(stun.BINDING_ERROR, TRANSACTION)) is None


@pytest.mark.parametrize("place", [3, 5, 40, 60, len(OVER_IPV4) - 1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    data = bytearray(OVER_IPV4)
    data[place] ^= 1
    with pytest.raises(ProtocolError):
        stun.decode(bytes(data))


@pytest.mark.parametrize("data", [b"", REQUEST[:19], REQUEST[:40], b"\x80" + REQUEST[1:]])
def test_what_is_not_stun_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        stun.decode(data)


def test_an_unsigned_message_is_not_authentic() -> None:
    header = b"\x01\x01\x00\x00" + REQUEST[4:20]
    assert stun.decode(header).attributes == ()
    assert not stun.is_authentic(header, PASSWORD)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    body = draw(st.binary(max_size=80))
    body += bytes(-len(body) % 4)
    return b"\x01\x01" + len(body).to_bytes(2) + REQUEST[4:20] + body


@given(st.one_of(st.binary(), bodies()))
def test_any_bytes_are_a_message_or_an_error(data: bytes) -> None:
    try:
        message = stun.decode(data)
    except ProtocolError:
        return
    assert not stun.is_authentic(data, PASSWORD)
    stun.error_code(message)
    stun.mapped_address(message)


@given(
    st.lists(st.tuples(st.integers(0x0010, 0x7FFF), st.binary(max_size=30)), max_size=6),
    st.text(min_size=1, max_size=30),
)
def test_what_is_written_can_be_read(attributes: list[tuple[int, bytes]], password: str) -> None:
    data = stun.encode(Message(stun.BINDING_SUCCESS, TRANSACTION, tuple(attributes)), password)
    message = stun.decode(data)
    assert message.attributes[:-2] == tuple(attributes)
    assert stun.is_authentic(data, password)


def test_an_attribute_that_is_longer_than_the_message_is_refused() -> None:
    broken = bytearray(REQUEST)
    broken[-5] = 8  # the length of FINGERPRINT, which comes last
    with pytest.raises(ProtocolError, match="0x8028 is longer than the message"):
        stun.decode(bytes(broken))
