"""The exception tree: what a remote broke, what we do not grant, what stops us from starting."""

from enum import StrEnum


class RefusalCode(StrEnum):
    """Why something legal is not granted; each protocol maps it to its own numbers."""

    UNKNOWN = "unknown"
    FORBIDDEN = "forbidden"
    LOCKED = "locked"
    PASSPHRASE = "passphrase"
    NAME_TAKEN = "name-taken"
    NOBODY_PUBLISHES = "nobody-publishes"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    WRONG_TYPE = "wrong-type"
    UNSUPPORTED = "unsupported"
    CODEC = "codec"
    NO_TAG = "no-tag"
    OLD_TAG = "old-tag"
    BUSY = "busy"
    TOO_OFTEN = "too-often"
    FULL = "full"
    STOPPING = "stopping"


class TrunklineError(Exception):
    """The root of everything that this package raises on purpose."""


class ProtocolError(TrunklineError):
    """A remote broke its protocol; the text is a sentence for a person."""


class Refusal(TrunklineError):
    """A request was understood but is not granted."""

    def __init__(self, code: RefusalCode, sentence: str, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        """For programs."""
        self.sentence = sentence
        """For a person: what is wrong and, where there is one, the remedy."""
        self.retry_after = retry_after
        """Seconds after which asking again makes sense, or None."""


class FrameError(TrunklineError, ValueError):
    """A picture or sound cannot be sent or converted as it is; the text says what is wanted."""


class NegotiationError(TrunklineError):
    """An offer or answer was not taken; the connection goes on as it was."""


class ConnectionLost(TrunklineError, ConnectionError):
    """The connection has ended, or never came about; the text says why."""


class StartupError(TrunklineError):
    """The relay cannot start."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(f"{cause} {remedy}")
        self.cause = cause
        """What is wrong, as one sentence."""
        self.remedy = remedy
        """How to mend it, as one sentence."""


class RelayError(TrunklineError):
    """The relay does not run, or met a bug of its own and cannot go on."""
