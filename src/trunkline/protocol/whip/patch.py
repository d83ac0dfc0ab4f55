"""What a PATCH asks for: candidates that trickle, or an ICE restart (RFC 9725 section 4.3)."""

import re
from collections.abc import Iterator
from ipaddress import ip_address

from trunkline.errors import ProtocolError, Refusal, RefusalCode
from trunkline.model.media import Offer
from trunkline.model.view import Session
from trunkline.protocol import sdp
from trunkline.protocol.whip.offer import LIMIT, check_type, too_large

FRAGMENT_TYPE = "application/trickle-ice-sdpfrag"

CANDIDATES = 64
"""Candidates that are taken from one fragment; clients have fewer than twenty."""

# RFC 8839 section 5.4: of ice-char alone.
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_CANDIDATE = re.compile(
    r"candidate:[A-Za-z0-9+/]{1,32} \d{1,3} (?P<transport>\S+) \d{1,10} (?P<address>\S+) "
    r"(?P<port>\d{1,5}) typ \S+( .*)?"
)
_TAG = re.compile(r'(?P<weak>W/)?"(?P<text>[^"]*)"')
_ORIGIN = re.compile(r"(?P<before>o=\S+ \S+ )(?P<version>\d+)(?P<after> .*)")

_KEPT = ("ice-options", "ice-lite", "ice-pacing")
"""What must stay as it was when the session began (RFC 9725 section 4.3.3)."""

_REPLACED = ("ice-ufrag", "ice-pwd", "candidate", "end-of-candidates")


def read_patch(
    session: Session, content_type: str | None, if_match: str | None, body: bytes
) -> Offer | None:
    """Judge a PATCH, so that nothing need be undone afterwards.

    Trickled candidates are not looked at: the core is ICE-lite and learns a client's address from
    its checks.

    Returns:
        For an ICE restart the client's last offer with what is new; None for candidates.

    Raises:
        ProtocolError: the body is no fragment of SDP (RFC 8840).
        Refusal: wrong type, no or an old entity tag, or a restart that cannot be done.
    """
    check_type(content_type, FRAGMENT_TYPE)
    if len(body) > LIMIT:
        raise too_large()
    if if_match is None:
        raise Refusal(RefusalCode.NO_TAG, "A PATCH needs If-Match with the session's entity tag.")
    # The text of RFC 9725 has a star, its example one in quotes.
    anything = if_match.strip() in ("*", '"*"')
    if not anything and not _matches(if_match, session.tag):
        raise Refusal(RefusalCode.OLD_TAG, "If-Match names another ICE session than the current.")
    fragment = sdp.parse_fragment(body)
    ufrags, passwords = _stated(fragment, "ice-ufrag"), _stated(fragment, "ice-pwd")
    if ufrags <= {session.offer.ufrag} and not (anything and not ufrags):
        return None
    if not anything:
        raise _unsupported("A new a=ice-ufrag is an ICE restart, which needs `If-Match: *`.")
    return _restart(session.offer, fragment, ufrags, passwords)


def _matches(if_match: str, tag: str) -> bool:
    """Strong comparison with each tag listed (RFC 9110 sections 8.8.3.2 and 13.1.1)."""
    return any(one["text"] == tag and not one["weak"] for one in _TAG.finditer(if_match))


def _restart(
    offer: Offer, fragment: sdp.Description, ufrags: set[str], passwords: set[str]
) -> Offer:
    if len(ufrags) != 1 or len(passwords) != 1:
        raise ProtocolError("An ICE restart needs one a=ice-ufrag and one a=ice-pwd.")
    (ufrag,), (password,) = ufrags, passwords
    if not _UFRAG.fullmatch(ufrag) or not _PASSWORD.fullmatch(password):
        raise ProtocolError(
            "RFC 8839 has a=ice-ufrag of 4 to 256 and a=ice-pwd of 22 to 256 characters, all of "
            "them letters, digits, + or /."
        )
    before = sdp.parse(offer.sdp.encode())
    if password in _stated(before, "ice-pwd"):
        raise _unsupported("An ICE restart needs a new a=ice-pwd, not that of before.")
    for name in _KEPT:
        now = _words(fragment, name)
        # Some clients leave these lines out; those that send them must mean the same.
        if now and now != _words(before, name):
            raise _unsupported(f"a={name} must stay as it was when the session began.")
    mids = {section.first("mid") for section in before.sections}
    candidates = tuple(_candidates(fragment, mids))[:CANDIDATES]
    return Offer(_rebuilt(before, ufrag, password, candidates), ufrag)


def _candidates(fragment: sdp.Description, mids: set[str | None]) -> Iterator[str]:
    """Those that can be used: others, of transports unknown or hidden by mDNS, are left out."""
    for section in (fragment.session, *fragment.sections):
        for value in section.values("candidate"):
            candidate = _CANDIDATE.fullmatch(f"candidate:{value}")
            if candidate is None or int(candidate["port"]) > 65535:
                raise ProtocolError(f"A candidate is not as RFC 8839 has it: {value[:80]!r}.")
            ours = section.kind == "session" or section.first("mid") in mids
            usable = candidate["transport"].lower() in ("udp", "tcp")
            if ours and usable and _is_address(candidate["address"]):
                yield f"a=candidate:{value}"


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _rebuilt(
    before: sdp.Description, ufrag: str, password: str, candidates: tuple[str, ...]
) -> str:
    """The offer with a new version, new credentials and other candidates: all media share them."""
    lines = [_raised(line) for line in _without_ice(before.session)]
    for section in before.sections:
        lines += _without_ice(section)
        lines += [f"a=ice-ufrag:{ufrag}", f"a=ice-pwd:{password}"]
        if section is before.sections[0]:
            lines += candidates
    return sdp.join(lines)


def _without_ice(section: sdp.Section) -> Iterator[str]:
    for line in section.lines:
        if line.removeprefix("a=").partition(":")[0] not in _REPLACED:
            yield line


def _raised(line: str) -> str:
    origin = _ORIGIN.fullmatch(line)
    return f"{origin['before']}{int(origin['version']) + 1}{origin['after']}" if origin else line


def _stated(description: sdp.Description, name: str) -> set[str]:
    sections = (description.session, *description.sections)
    return {value for section in sections for value in section.values(name)}


def _words(description: sdp.Description, name: str) -> set[str]:
    """What an attribute says anywhere; one without a value says its own name."""
    return {word for value in _stated(description, name) for word in value.split() or [name]}


def _unsupported(sentence: str) -> Refusal:
    return Refusal(RefusalCode.UNSUPPORTED, sentence)
