"""What waits for one guest."""

import asyncio

from trunkline.model import signal
from trunkline.net.line import MAX_WAITING, Line


def encode(told: signal.Told) -> bytes | None:
    match told:
        case signal.Failed(code):
            return code.encode()
        case _:
            return None


class Socket:
    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.cuts = 0
        self.line = Line(encode, self.cut)

    def cut(self) -> None:
        self.cuts += 1

    async def send(self, frame: bytes) -> None:
        self.sent.append(frame)


async def test_what_is_said_is_sent_in_order_until_the_end() -> None:
    socket = Socket()
    async with asyncio.TaskGroup() as group:
        group.create_task(socket.line.write(socket.send))
        for word in ("one", "two"):
            socket.line.put(signal.Failed(word, ""))
            await asyncio.sleep(0)
        socket.line.put(signal.Pong(1))
        socket.line.put(signal.Failed("three", ""))
        socket.line.end()
        socket.line.put(signal.Failed("too late", ""))
    assert socket.sent == [b"one", b"two", b"three"]
    assert socket.line.ended
    assert not socket.cuts


async def test_who_lets_too_much_pile_up_is_cut_off() -> None:
    socket = Socket()
    most = signal.Failed("x" * MAX_WAITING, "")
    socket.line.put(most)
    assert not socket.line.ended
    socket.line.put(signal.Failed("y", ""))
    assert (socket.line.ended, socket.cuts) == (True, 1)
    await socket.line.write(socket.send)
    assert socket.sent == []
