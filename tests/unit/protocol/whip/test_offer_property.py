"""Any bytes are an offer, an error or a refusal, and nothing else."""

import hypothesis.strategies as st
from hypothesis import given

from support.offer import FFMPEG, offer
from trunkline.errors import ProtocolError, Refusal
from trunkline.model.event import Role
from trunkline.protocol import sdp
from trunkline.protocol.whip.answer import finish_answer
from trunkline.protocol.whip.offer import SDP_TYPE, read_offer

ROLES: st.SearchStrategy[Role] = st.sampled_from(["publisher", "viewer"])
WHOLE = st.sampled_from([offer(), offer("recvonly"), offer("sendrecv", ("video",)), FFMPEG])


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """An offer with lines left out, doubled, changed or swapped."""
    lines = draw(WHOLE).splitlines()
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 4)):
            case 0 if len(lines) > 1:
                del lines[place]
            case 1:
                lines.insert(place, draw(st.sampled_from(lines)))
            case 2:
                lines[place] = lines[place][: draw(st.integers(0, len(lines[place])))]
            case 3:
                lines[place] += draw(st.text(max_size=5))
            case _:
                lines[place], lines[-1] = lines[-1], lines[place]
    return "\n".join(lines).encode(errors="surrogatepass")


@given(body=st.one_of(st.binary(), spoiled()), role=ROLES)
def test_bytes_are_an_offer_an_error_or_a_refusal(body: bytes, role: Role) -> None:
    try:
        taken = read_offer(SDP_TYPE, body, role)
    except (ProtocolError, Refusal):
        return
    again = read_offer(SDP_TYPE, taken.sdp.encode(), role)
    assert again == taken
    mids = [section.first("mid") for section in sdp.parse(taken.sdp.encode()).sections]
    assert 1 <= len(mids) == len(set(mids)) <= 2


@given(body=st.one_of(st.binary().map(lambda body: b"v=0\n" + body), spoiled()))
def test_what_is_read_keeps_every_line(body: bytes) -> None:
    try:
        description = sdp.parse(body)
    except ProtocolError:
        return
    parts = (description.session, *description.sections)
    text = sdp.join(line for part in parts for line in part.lines)
    assert sdp.parse(text.encode()) == description


@given(st.text())
def test_any_answer_can_be_tidied(answer: str) -> None:
    text = finish_answer(answer)
    assert "\n" not in text.replace("\r\n", "")
