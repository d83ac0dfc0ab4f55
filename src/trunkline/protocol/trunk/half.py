"""One end of a trunk's conversation; both ends speak alike."""

from dataclasses import dataclass

from trunkline.errors import ProtocolError
from trunkline.model import signal
from trunkline.model.trunk import Hello, Word
from trunkline.protocol.frame import parse
from trunkline.protocol.trunk.word import read_word, write_word


@dataclass(slots=True)
class Half:
    """Reads what the other relay says, in order, and writes what it is told."""

    _greeted: bool = False

    def receive(self, frame: bytes | str) -> Word | None:
        """What a frame says; None where it says nothing to us.

        Args:
            frame: one WebSocket message; a text is an error.

        Raises:
            ProtocolError: it makes no sense.
        """
        word = read_word(parse(frame))
        if isinstance(word, Hello):
            if self._greeted:
                raise ProtocolError("There was a hello already.")
            self._greeted = True
        elif word is not None and not self._greeted and not isinstance(word, signal.Goodbye):
            raise ProtocolError("The first message is hello: it names the relay.")
        return word

    def send(self, word: Word) -> bytes:
        """The frame that says it."""
        return write_word(word).SerializeToString()
