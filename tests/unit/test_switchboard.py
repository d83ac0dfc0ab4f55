"""Which way to each guest."""

from trunkline.model import signal
from trunkline.model.id import ParticipantId
from trunkline.switchboard import Switchboard

ANN = ParticipantId("ann")


class Box:
    def __init__(self) -> None:
        self.said: list[signal.Told] = []
        self.ended = False

    def put(self, message: signal.Told) -> None:
        assert not self.ended
        self.said.append(message)

    def end(self) -> None:
        self.ended = True


def test_a_guest_hears_what_is_said_while_it_is_on_the_line() -> None:
    board, box = Switchboard(), Box()
    board.tell(ANN, signal.Pong(1))
    board.connect(ANN, box)
    board.tell(ANN, signal.Pong(2))
    assert board.disconnect(ANN, box)
    board.tell(ANN, signal.Pong(3))
    assert box.said == [signal.Pong(2)]
    assert not board.disconnect(ANN, box)


def test_a_newer_line_takes_the_place_of_the_older() -> None:
    board, older, newer = Switchboard(), Box(), Box()
    board.connect(ANN, older)
    board.connect(ANN, newer)
    assert isinstance(older.said[0], signal.Goodbye)
    assert older.ended
    assert not board.disconnect(ANN, older)
    board.tell(ANN, signal.Pong(1))
    assert newer.said == [signal.Pong(1)]


def test_a_goodbye_hangs_up() -> None:
    board, box = Switchboard(), Box()
    board.connect(ANN, box)
    board.tell(ANN, signal.Goodbye("left", "Bye."))
    assert box.ended
    board.drop(ANN)


def test_who_has_left_is_hung_up_on() -> None:
    board, box = Switchboard(), Box()
    board.connect(ANN, box)
    board.drop(ANN)
    assert box.ended
    assert box.said == []
