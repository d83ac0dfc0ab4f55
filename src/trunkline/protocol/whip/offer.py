"""Which offers are taken. Everything is judged here, before the core sees a byte of it."""

import re

from trunkline.errors import ProtocolError, Refusal, RefusalCode
from trunkline.model.event import Role
from trunkline.model.media import Offer
from trunkline.protocol import sdp

LIMIT = 64 * 1024
"""Bytes of an offer; browsers send 5 to 10 KiB."""

SDP_TYPE = "application/sdp"

MID_LIMIT = 16
"""Characters; the core keeps a mid in as many bytes."""

CODECS = {
    "audio": ("opus", "PCMU", "PCMA", "G722"),
    "video": ("VP8", "VP9", "H264", "H265", "AV1"),
}
"""What can be forwarded, as named in SDP."""

_PROFILES = ("UDP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVPF", "RTP/SAVPF")  # RFC 8829 section 5.1.2
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
_RIGHT: dict[Role, str] = {"publisher": "sendonly", "viewer": "recvonly"}
_MID = re.compile(r"[!#-'*+\-.0-9A-Z^-~]+")  # a token of RFC 8866 section 9
_SHA_256 = re.compile(r"sha-256 [0-9a-f]{2}(:[0-9a-f]{2}){31}", re.IGNORECASE)
_UFRAG = re.compile(r"\S{4,256}")  # RFC 8839 section 5.4, characters taken widely
_PASSWORD = re.compile(r"\S{22,256}")


def read_offer(content_type: str | None, body: bytes, role: Role) -> Offer:
    """Judge the body of a POST: a publisher sends its media here, a viewer receives them.

    Raises:
        ProtocolError: it is not SDP.
        Refusal: it is SDP, but not of a kind that can be answered; the sentence says why.
    """
    check_type(content_type, SDP_TYPE)
    if len(body) > LIMIT:
        raise too_large()
    description = sdp.parse(body)
    if not description.sections:
        raise _unsupported("The offer has no media: add audio or video before creating it.")
    for section in description.sections:
        _check_media(section)
        _check_codecs(section)
        _check_direction(description, section, role)
        _check_security(description, section)
    _check_together(description)
    ufrag = _credential(description, description.sections[0], "ice-ufrag", _UFRAG)
    return Offer(_one_way(description, role), ufrag)


def check_type(content_type: str | None, wanted: str) -> None:
    """Refuse any other content type; its parameters do not matter."""
    given = (content_type or "").partition(";")[0].strip().lower()
    if given != wanted:
        raise Refusal(
            RefusalCode.WRONG_TYPE,
            f"The content type must be {wanted}, not {given[:80]!r}.",
        )


def too_large() -> Refusal:
    """The answer to a body beyond `LIMIT`."""
    return Refusal(RefusalCode.TOO_LARGE, f"A body of more than {LIMIT // 1024} KiB is not taken.")


def _check_media(section: sdp.Section) -> None:
    if section.kind not in ("audio", "video"):
        raise _unsupported(f"Only audio and video are taken, not m={section.kind[:80]}.")
    if section.transport not in _PROFILES:
        raise _unsupported(
            f"The {section.kind} is offered over {section.transport[:80]}; WebRTC needs "
            f"{_PROFILES[0]}."
        )
    if section.port == 0 and "bundle-only" not in _names(section):
        raise _unsupported(f"The {section.kind} is switched off (port 0): leave it out instead.")
    if "rtcp-mux" not in _names(section):
        raise _unsupported(f"The {section.kind} lacks a=rtcp-mux.")
    mid = section.first("mid")
    if mid is None or len(mid) > MID_LIMIT or not _MID.fullmatch(mid):
        raise _unsupported(f"The {section.kind} needs an a=mid of 1 to {MID_LIMIT} characters.")


def _check_codecs(section: sdp.Section) -> None:
    # RFC 9725 section 4.4.3: rather no session than one that lacks half of what was offered.
    known = CODECS[section.kind]
    offered = [_codec(rtpmap) for rtpmap in section.values("rtpmap")]
    if not {name.upper() for name in known} & {name.upper() for name in offered}:
        raise Refusal(
            RefusalCode.CODEC,
            f"None of the {section.kind} codecs offered can be forwarded, which are "
            f"{', '.join(known)}; offered: {', '.join(offered)[:200] or 'none'}.",
        )


def _codec(rtpmap: str) -> str:
    """The name in "96 VP8/90000" (RFC 8866 section 6.6)."""
    return rtpmap.partition(" ")[2].partition("/")[0]


def _one_way(description: sdp.Description, role: Role) -> str:
    """The offer with media flowing one way alone.

    Both RFC 9725 and WHEP let a client offer sendrecv, and have it answered recvonly or sendonly.
    """
    direction = f"a={_RIGHT[role]}"
    stated = {f"a={name}" for name in _DIRECTIONS}
    lines = [line for line in description.session.lines if line not in stated]
    for section in description.sections:
        lines += [line for line in section.lines if line not in stated]
        lines.append(direction)
    return sdp.join(lines)


def _check_direction(description: sdp.Description, section: sdp.Section, role: Role) -> None:
    stated = [*_names(section), *_names(description.session)]
    direction = next((name for name in stated if name in _DIRECTIONS), "sendrecv")
    right = _RIGHT[role]
    if direction not in (right, "sendrecv"):
        verb = "publish" if role == "publisher" else "watch"
        raise _unsupported(f"To {verb}, the {section.kind} must be {right}, not {direction}.")


def _check_security(description: sdp.Description, section: sdp.Section) -> None:
    fingerprints = section.values("fingerprint") or description.session.values("fingerprint")
    if not fingerprints:
        raise _unsupported(f"The {section.kind} lacks a=fingerprint: only DTLS-SRTP is spoken.")
    if not any(_SHA_256.fullmatch(one) for one in fingerprints):
        raise _unsupported("A fingerprint of the kind sha-256 is needed, 32 bytes in hexadecimal.")
    setup = section.first("setup") or description.session.first("setup")
    # FFmpeg offers "passive", though RFC 8842 wants "actpass": it can be answered, so it is taken.
    if setup not in ("actpass", "active", "passive"):
        raise _unsupported(f"The {section.kind} needs a=setup:actpass (or active or passive).")
    _credential(description, section, "ice-ufrag", _UFRAG)
    _credential(description, section, "ice-pwd", _PASSWORD)


def _check_together(description: sdp.Description) -> None:
    for kind in ("audio", "video"):
        if sum(section.kind == kind for section in description.sections) > 1:
            raise _unsupported(f"At most one {kind} can be offered in a session.")
    mids = [section.first("mid") for section in description.sections]
    if len(set(mids)) < len(mids):
        raise ProtocolError("Two media of the offer have the same a=mid.")
    groups = [one.split() for one in description.session.values("group")]
    if not any(group[:1] == ["BUNDLE"] and set(mids) <= set(group[1:]) for group in groups):
        raise _unsupported(
            "All media must be in one a=group:BUNDLE (set bundlePolicy to max-bundle)."
        )


def _credential(
    description: sdp.Description, section: sdp.Section, name: str, form: re.Pattern[str]
) -> str:
    value = section.first(name) or description.session.first(name)
    if value is None:
        raise _unsupported(f"The {section.kind} lacks a={name}.")
    if not form.fullmatch(value):
        raise ProtocolError(f"The a={name} of the {section.kind} is not as RFC 8839 has it.")
    return value


def _names(section: sdp.Section) -> list[str]:
    return [attribute.name for attribute in section.attributes]


def _unsupported(sentence: str) -> Refusal:
    return Refusal(RefusalCode.UNSUPPORTED, sentence)
