"""Who may change the relay: address × header × host × origin × token."""

import asyncio
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from aiohttp import HttpVersion10, HttpVersion11, web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from trunkline.errors import Refusal, RefusalCode
from trunkline.web.admin import GUESSES, Admin, Visit, is_here

TOKEN = "the-operator-alone"
PORT = 8443
HERE = ("127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1")
ELSEWHERE = ("192.168.1.9", "203.0.113.9", "fe80::1%eth0", "::ffff:10.0.0.1")
OWN_HOSTS = (f"localhost:{PORT}", f"LOCALHOST:{PORT}", f"127.0.0.1:{PORT}", f"[::1]:{PORT}")
# A name that leads here, a port that is passed on, nonsense, nothing.
OTHER_HOSTS = (f"evil.example:{PORT}", "localhost:9000", "localhost", "[::1", "")
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via", "x-real-ip")


class _Transport(asyncio.Transport):
    def __init__(self, remote: str | None) -> None:
        super().__init__({"peername": remote and (remote, 50_000), "sslcontext": object()})

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", PORT) if name == "sockname" else super().get_extra_info(name, default)


def _request(remote: str | None, *headers: tuple[str, str]) -> web.Request:
    given = [(name, value) for name, value in headers if value]
    transport = _Transport(remote)
    return make_mocked_request("POST", "/", dict(given), transport=transport).clone(
        remote=remote or ""
    )


def _passes(admin: Admin, request: web.Request) -> bool:
    try:
        admin.require(request)
    except Refusal as refusal:
        return refusal.code != RefusalCode.PASSPHRASE
    return True


def _admin(*, behind_proxy: bool = False) -> Admin:
    return Admin(TOKEN, lambda: 0.0, behind_proxy=behind_proxy)


def test_only_who_asks_directly_on_this_machine_is_here() -> None:
    origins = ("", "own", "https://evil.example", "null", f"http://localhost:{PORT}")
    sites = ("", "same-origin", "none", "cross-site", "same-site")
    fields = ("", *FORWARDED)
    cases = product((*HERE, *ELSEWHERE, None), (*OWN_HOSTS, *OTHER_HOSTS), origins, sites, fields)
    passed = 0
    for remote, host, origin, site, field in cases:
        headers: CIMultiDict[str] = CIMultiDict()
        visit = Visit(
            remote=remote, scheme="https", port=PORT, version=HttpVersion11, headers=headers
        )
        given = {
            "Host": host,
            "Origin": f"https://{host}" if origin == "own" else origin,
            "Sec-Fetch-Site": site,
            field: "203.0.113.9",
        }
        headers.update({name: value for name, value in given.items() if name and value})
        wanted = (
            remote in HERE
            and host in OWN_HOSTS
            and origin in ("", "own")
            and site in ("", "same-origin", "none")
            and not field
        )
        seen = is_here(visit)
        assert seen is wanted, (remote, host, origin, site, field)
        assert not is_here(replace(visit, version=HttpVersion10))
        passed += seen
    assert passed == 4 * 4 * 2 * 3


@pytest.mark.parametrize("behind_proxy", [False, True])
@pytest.mark.parametrize("field", ["", "X-Forwarded-For"])
@pytest.mark.parametrize("origin", ["", f"https://{OWN_HOSTS[0]}", "https://evil.example"])
@pytest.mark.parametrize("remote", ["127.0.0.1", "192.168.1.9"])
def test_the_operator_passes_and_who_is_here(
    remote: str, origin: str, field: str, *, behind_proxy: bool
) -> None:
    here = remote == "127.0.0.1" and not field and "evil" not in origin and not behind_proxy
    for token, wanted in (("", here), (TOKEN, True), (f"{TOKEN}s", False), ("x", False)):
        request = _request(
            remote,
            ("Host", OWN_HOSTS[0]),
            ("Origin", origin),
            (field or "X-Nothing", "203.0.113.9"),
            ("Authorization", f"Bearer {token}" if token else ""),
        )
        assert _passes(_admin(behind_proxy=behind_proxy), request) is wanted, token


def test_two_hosts_or_origins_are_not_ours() -> None:
    request = _request("127.0.0.1", ("Host", OWN_HOSTS[0]))
    assert _passes(_admin(), request)
    for name, value in (("Host", "evil.example"), ("Origin", "https://evil.example")):
        headers = request.headers.copy()
        headers.add("Origin", f"https://{OWN_HOSTS[0]}")
        headers.add(name, value)
        twice = make_mocked_request("POST", "/", headers, transport=request.transport)
        assert not _passes(_admin(), twice)


def test_a_relay_without_token_is_changed_from_here_alone() -> None:
    admin = Admin(None, lambda: 0.0)
    assert _passes(admin, _request("127.0.0.1", ("Host", OWN_HOSTS[0])))
    assert not _passes(admin, _request("192.168.1.9", ("Host", OWN_HOSTS[0])))
    bearer = ("Authorization", "Bearer None")
    assert not _passes(admin, _request("192.168.1.9", ("Host", OWN_HOSTS[0]), bearer))


def test_guesses_are_counted_for_each_address() -> None:
    now = [0.0]
    admin = Admin(TOKEN, lambda: now[0])
    wrong = _request("192.168.1.9", ("Authorization", "Bearer a-wrong-one"))
    right = _request("192.168.1.9", ("Authorization", f"Bearer {TOKEN}"))
    for _ in range(GUESSES.burst):
        admin.require(right)  # which costs nothing
        with pytest.raises(Refusal) as refusal:
            admin.require(wrong)
        assert refusal.value.code == RefusalCode.PASSPHRASE
    # From then on nothing can be learnt, not even whether one was right.
    for request in (wrong, right):
        with pytest.raises(Refusal) as refusal:
            admin.require(request)
        assert (refusal.value.code, refusal.value.retry_after) == (RefusalCode.TOO_OFTEN, 5)
    admin.require(_request("192.168.1.10", ("Authorization", f"Bearer {TOKEN}")))
    now[0] = 5.0
    admin.require(right)
