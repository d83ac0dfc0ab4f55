import errno
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from trunkline.errors import StartupError
from trunkline.net.listener import explain_media, listen


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def port_of(sockets: list[socket.socket]) -> int:
    (port,) = {each.getsockname()[1] for each in sockets}
    assert isinstance(port, int)
    return port


def test_every_address_has_the_same_port(closing: ExitStack) -> None:
    sockets = [closing.enter_context(each) for each in listen(None, 0)]
    families = [each.family for each in sockets]
    assert families[0] == socket.AF_INET
    assert len(families) == len(set(families))
    with socket.create_connection(("127.0.0.1", port_of(sockets)), 2):
        pass


def test_one_address_is_enough(closing: ExitStack) -> None:
    (only,) = (closing.enter_context(each) for each in listen("127.0.0.1", 0))
    assert only.getsockname()[0] == "127.0.0.1"
    assert not only.getblocking()


@pytest.mark.parametrize("host", [None, "127.0.0.1"])
def test_a_taken_port_is_named_with_its_holder(closing: ExitStack, host: str | None) -> None:
    taken = closing.enter_context(socket.create_server(("127.0.0.1", 0)))
    port = taken.getsockname()[1]
    with pytest.raises(StartupError) as caught:
        listen(host, port)
    assert f"TCP port {port}" in caught.value.cause
    assert f"process {os.getpid()}" in caught.value.cause
    assert "--port" in caught.value.remedy


def test_a_port_of_one_family_alone_is_no_success(closing: ExitStack) -> None:
    six = closing.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_STREAM))
    six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    six.bind(("::", 0))
    six.listen()
    port = six.getsockname()[1]
    with pytest.raises(StartupError, match="of :: is taken"):
        listen(None, port)
    # What had been bound before is free again.
    closing.enter_context(socket.create_server(("127.0.0.1", port)))


def test_the_remedy_names_the_option_in_question(closing: ExitStack) -> None:
    taken = closing.enter_context(socket.create_server(("127.0.0.1", 0)))
    with pytest.raises(StartupError) as caught:
        listen("127.0.0.1", taken.getsockname()[1], "--plain-port")
    assert "--plain-port" in caught.value.remedy


def test_the_address_of_another_machine_is_refused() -> None:
    with pytest.raises(StartupError, match=r"192\.0\.2\.77 is not an address of this") as caught:
        listen("192.0.2.77", 0)
    assert "127.0.0.1" in caught.value.remedy


def test_a_taken_media_port_is_named_with_its_holder(closing: ExitStack) -> None:
    taken = closing.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    taken.bind(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    error = OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE), f"udp 127.0.0.1:{port}")
    explained = explain_media(error)
    assert f"UDP port {port} of 127.0.0.1" in explained.cause
    assert f"process {os.getpid()}" in explained.cause
    assert "--media-port" in explained.remedy


def test_the_media_port_may_be_taken_for_tcp_alone(closing: ExitStack) -> None:
    taken = closing.enter_context(socket.create_server(("127.0.0.1", 0)))
    port = taken.getsockname()[1]
    error = OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE), f"tcp 127.0.0.1:{port}")
    explained = explain_media(error)
    assert f"TCP port {port} of 127.0.0.1 is taken by" in explained.cause
    assert "--media-port" in explained.remedy


@pytest.mark.parametrize(
    ("number", "cause", "remedy"),
    [
        (errno.EACCES, "may not open UDP port 500 of ::", "ip_unprivileged_port_start=500"),
        (errno.EADDRNOTAVAIL, ":: is not an address of this machine", "--host"),
        (errno.EMFILE, "UDP port 500 of :: cannot be opened: Too many open files", "--media-port"),
    ],
)
def test_every_error_has_a_sentence(number: int, cause: str, remedy: str) -> None:
    explained = explain_media(OSError(number, "", "udp [::]:500"))
    assert cause in explained.cause
    assert remedy in explained.remedy


def test_an_error_without_a_place_is_still_a_sentence() -> None:
    assert "cannot be opened" in explain_media(OSError("odd")).cause
