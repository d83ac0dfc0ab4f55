from ipaddress import ip_address

import pytest

from trunkline.client.doctor.finding import Finding, Grade
from trunkline.client.doctor.probe import Result
from trunkline.client.doctor.session import Candidate
from trunkline.client.doctor.verdict import Way, judge

PUBLIC = "9.9.9.9"


def result(address: str, seconds: float | None, protocol: str = "udp", reason: str = "") -> Result:
    return Result(Candidate(protocol, ip_address(address), 8444), seconds, reason)


def way(*addresses: str, own: tuple[str, ...] | None = None) -> Way:
    local = None if own is None else [ip_address(each) for each in own]
    return Way([ip_address(each) for each in addresses], local)


def worst(findings: list[Finding]) -> Finding:
    order = [Grade.OK, Grade.WARNING, Grade.WRONG]
    return max(findings, key=lambda finding: order.index(finding.grade))


def text(findings: list[Finding]) -> str:
    return "\n".join(f"{each.sentence} {each.remedy}" for each in findings)


def test_a_candidate_that_answers_is_fine() -> None:
    (finding,) = judge([result("10.0.0.1", 0.0123)], [], way("10.0.0.1"))
    assert finding.grade is Grade.OK
    assert "12.3 ms" in finding.sentence


def test_udp_blocked_is_told_from_a_wrong_address() -> None:
    told = [result("10.0.0.1", None)]
    blocked = judge(told, [], way("10.0.0.1"))
    assert worst(blocked).grade is Grade.WRONG
    assert "UDP port 8444 is blocked" in text(blocked)
    assert "ufw allow 8444/udp" in text(blocked)
    announced = judge(told, [result("10.0.0.9", 0.001)], way("10.0.0.9"))
    assert "told a wrong address" in text(announced)
    assert "--announce 10.0.0.9" in text(announced)
    assert "blocked" not in text(announced)


def test_tcp_saves_the_picture_but_udp_is_still_wrong() -> None:
    told = [result("10.0.0.1", None), result("10.0.0.1", 0.001, "tcp")]
    findings = judge(told, [], way("10.0.0.1"))
    assert [each.grade for each in findings] == [Grade.WARNING, Grade.OK, Grade.WRONG]
    assert "media goes over TCP" in text(findings)


def test_one_that_answers_makes_the_others_warnings() -> None:
    told = [result("172.17.0.1", None), result("10.0.0.1", 0.001)]
    findings = judge(told, [], way("10.0.0.1"))
    assert worst(findings).grade is Grade.WARNING
    assert "FFmpeg tries the first candidate alone, 172.17.0.1:8444" in text(findings)


@pytest.mark.parametrize(
    ("candidate", "place", "words"),
    [
        ("127.0.0.1", way("10.0.0.1"), "every client's own machine"),
        ("10.0.0.1", way(PUBLIC), f"--announce {PUBLIC}"),
        ("2001:db8::1", way("10.0.0.1"), "no IPv6"),
        ("203.0.113.7", way("127.0.0.1", own=("127.0.0.1",)), "on a machine outside"),
        ("10.0.0.1", way("10.0.0.1"), "no packet comes back"),
    ],
)
def test_silence_has_a_reason_and_a_remedy(candidate: str, place: Way, words: str) -> None:
    findings = judge([result(candidate, None)], [], place)
    assert words in text(findings[:1])
    assert all(each.remedy for each in findings)


def test_what_the_network_said_is_passed_on() -> None:
    findings = judge([result("10.0.0.1", None, reason="connection refused")], [], way("10.0.0.1"))
    assert "(connection refused)" in findings[0].sentence


def test_loopback_that_answers_is_for_this_machine_alone() -> None:
    own = ("127.0.0.1",)
    (finding,) = judge([result("127.0.0.1", 0.001)], [], way("127.0.0.1", own=own))
    assert finding.grade is Grade.WARNING
    assert "--host" in finding.remedy


def test_ipv6_alone_is_said() -> None:
    findings = judge([result("2001:db8::1", 0.001)], [], way("2001:db8::1"))
    assert "without IPv6" in text(findings)


def test_no_udp_candidate_at_all_is_said() -> None:
    findings = judge([result("10.0.0.1", 0.001, "tcp")], [], way("10.0.0.1"))
    assert "tells no UDP address" in text(findings)


def test_a_private_address_is_no_use_to_clients_outside() -> None:
    (finding,) = judge([result("10.0.0.1", 0.001)], [], way(PUBLIC))
    assert finding.grade is Grade.WARNING
    assert f"--announce {PUBLIC}" in finding.remedy


def test_from_the_relays_machine_an_outer_address_is_not_judged() -> None:
    here = way("127.0.0.1", own=("127.0.0.1",))
    findings = judge([result("203.0.113.7", None)], [result("127.0.0.1", 0.001)], here)
    assert [each.grade for each in findings] == [Grade.WARNING, Grade.OK]
    assert "--announce 127.0.0.1" not in text(findings)
    blocked = judge([result("203.0.113.7", None)], [result("127.0.0.1", None)], here)
    assert worst(blocked).grade is Grade.WRONG
