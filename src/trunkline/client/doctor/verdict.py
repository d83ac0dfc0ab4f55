"""What the checks of the candidates mean; decides, and does nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trunkline.client.doctor.finding import Finding, ok, warning, wrong
from trunkline.client.doctor.probe import Result
from trunkline.client.doctor.session import Candidate
from trunkline.net.interface import Address

_SUBJECT = "media"


@dataclass(frozen=True, slots=True)
class Way:
    """How the relay's HTTP port is reached, which media should manage too."""

    addresses: Sequence[Address]
    """Of the URL's host."""
    own: Sequence[Address] | None = None
    """This machine's addresses when the relay runs here; None when it is elsewhere."""


def judge(told: Sequence[Result], detours: Sequence[Result], way: Way) -> list[Finding]:
    """One finding for each candidate that clients are told, and one for all of UDP.

    Args:
        told: of the candidates in the answer, at least one, in its order.
        detours: of the URL's own addresses with the media port, which clients are not told.
        way: how HTTP gets there.
    """
    open_udp = any(_answered(result, "udp") for result in told)
    findings = [_one(result, way, others=_any(told)) for result in told]
    if not open_udp:
        findings.append(_no_udp(told, detours, way))
    elif not _any(told[:1]):
        findings.append(
            warning(
                _SUBJECT,
                f"FFmpeg tries the first candidate alone, {told[0].candidate}, and it is silent.",
                "Start the relay with --announce and an address that answers.",
            )
        )
    return [*findings, *_families(told)]


def _one(result: Result, way: Way, *, others: bool) -> Finding:
    candidate = result.candidate
    if result.seconds is not None:
        return _answering(candidate, result.seconds, way)
    why, remedy = _why(candidate, way)
    told = f"{candidate} does not answer{f' ({result.reason})' if result.reason else ''}"
    hidden = _is_outside(candidate, way)
    return (warning if others or hidden else wrong)(_SUBJECT, f"{told}: {why}", remedy)


def _answering(candidate: Candidate, seconds: float, way: Way) -> Finding:
    sentence = f"{candidate} answers within {seconds * 1000:.1f} ms."
    public = [each for each in way.addresses if each.is_global]
    if public and candidate.address.is_private:
        return warning(
            _SUBJECT,
            f"{sentence} It is a private address: clients that are outside do not reach it.",
            f"Start the relay with --announce {public[0]} too, and forward "
            f"{candidate.protocol.upper()} port {candidate.port} to it.",
        )
    if candidate.address.is_loopback and way.own is not None:
        return warning(
            _SUBJECT,
            f"{sentence} It is a loopback address: only programs on this machine reach it.",
            "For clients elsewhere, start the relay without --host or with another address.",
        )
    return ok(_SUBJECT, sentence)


def _why(candidate: Candidate, way: Way) -> tuple[str, str]:
    address, transport = candidate.address, candidate.protocol
    if address.is_loopback:
        return (
            "it is a loopback address, which leads to every client's own machine.",
            "Start the relay without --host, or with --announce and the address of its network.",
        )
    if _is_outside(candidate, way):
        return (
            "it is not an address of this machine. Routers often do not let packets out and back "
            "in, so it may still be right for clients outside.",
            "Run `trunkline doctor URL` on a machine outside; if it is silent there too, "
            "correct --announce and forward the port.",
        )
    if any(each.is_global for each in way.addresses) and address.is_private:
        public = next(each for each in way.addresses if each.is_global)
        return (
            "it is a private address, and this relay is called by a public one.",
            f"Start the relay with --announce {public}, and forward {transport.upper()} port "
            f"{candidate.port} to it.",
        )
    if address.version == 6 and all(each.version == 4 for each in way.addresses):
        return (
            "it is an IPv6 address, and there may be no IPv6 between here and the relay.",
            "Nothing, where clients have IPv4; otherwise look after the network's IPv6.",
        )
    return (
        "no packet comes back from there.",
        f"Let {transport.upper()} port {candidate.port} through "
        f"(sudo ufw allow {candidate.port}/{transport}), or correct --announce.",
    )


def _no_udp(told: Sequence[Result], detours: Sequence[Result], way: Way) -> Finding:
    """No candidate answers over UDP: say which of the reasons it is."""
    udp = [result.candidate for result in told if result.candidate.protocol == "udp"]
    if not udp:
        return warning(
            _SUBJECT,
            "The relay tells no UDP address: everything goes over TCP.",
            "Start it with --announce and an address that clients reach by UDP.",
        )
    port = udp[0].port
    heard = [result for result in detours if _answered(result, "udp")]
    if heard and all(_is_outside(candidate, way) for candidate in udp):
        return ok(_SUBJECT, f"UDP port {port} of this machine answers, by {heard[0].candidate}.")
    if heard:
        here = heard[0].candidate.address
        names = ", ".join(sorted({str(each.address) for each in udp}))
        return wrong(
            _SUBJECT,
            f"Clients are told a wrong address: UDP port {port} of {here} answers, "
            f"but they are told {names}.",
            f"Start the relay with --announce {here}, or without --announce.",
        )
    by_tcp = any(_answered(result, "tcp") for result in told)
    return wrong(
        _SUBJECT,
        f"UDP port {port} is blocked between this machine and the relay"
        + (": media goes over TCP, and stalls whenever a packet is lost." if by_tcp else ".")
        + ("" if by_tcp else " No picture can get through."),
        f"Let it through in every firewall on the way (sudo ufw allow {port}/udp), "
        + (
            "and forward it in the router."
            if way.own is None
            else "this machine's own and on its loopback interface too."
        ),
    )


def _families(told: Sequence[Result]) -> list[Finding]:
    if any(result.candidate.address.version == 4 for result in told):
        return []
    return [
        warning(
            _SUBJECT,
            "Clients are told IPv6 addresses alone: those without IPv6 get no picture.",
            "Listen on IPv4 too (leave out --host), or add an IPv4 address with --announce.",
        )
    ]


def _is_outside(candidate: Candidate, way: Way) -> bool:
    """Whether it is another's address, as seen from the relay's machine: a router's, perhaps."""
    return way.own is not None and candidate.address not in way.own


def _any(results: Iterable[Result]) -> bool:
    return any(result.seconds is not None for result in results)


def _answered(result: Result, protocol: str) -> bool:
    return result.seconds is not None and result.candidate.protocol == protocol
