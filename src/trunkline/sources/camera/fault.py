"""Why a camera cannot be had, in words that help, and without its password."""

import errno

import av

from trunkline.errors import TrunklineError
from trunkline.sources.source import OPEN_TIME, READ_TIME

SILENT = 3.0
"""Seconds of waiting after which FFmpeg's "invalid data" means that nothing came."""


class SourceError(TrunklineError):
    """A source cannot be had, or broke off."""

    def __init__(self, sentence: str, *, final: bool = False) -> None:
        super().__init__(sentence)
        self.final = final
        """Somebody has to change something: trying again alone will not help."""


def at_opening(error: Exception, seconds: float) -> SourceError:
    """Why it could not be opened.

    Args:
        error: FFmpeg's. Its text has the URL, and with it the password: it is never shown.
        seconds: since the beginning of the attempt.
    """
    for kind, sentence in _REFUSED:
        if isinstance(error, kind):
            return SourceError(sentence, final=True)
    number = getattr(error, "errno", None)
    if number == errno.EPROTONOSUPPORT:
        return SourceError(
            "It does not support this transport: leave the transport out, or choose the other one.",
            final=True,
        )
    if isinstance(error, ConnectionRefusedError):
        return SourceError("Nothing listens there: is it on, and is the port right?")
    if isinstance(error, av.error.ExitError | TimeoutError) or (
        isinstance(error, av.error.InvalidDataError) and seconds >= SILENT
    ):
        return SourceError(f"It gave no answer that can be understood within {OPEN_TIME:g} s.")
    if isinstance(error, av.error.InvalidDataError):
        return SourceError("What it sends is no stream that can be read.")
    reason = getattr(error, "strerror", None) or type(error).__name__
    return SourceError(f"It cannot be reached: {reason}. Is the host's name right?")


def at_reading(error: Exception) -> SourceError:
    """Why it broke off."""
    if isinstance(error, av.error.ExitError | TimeoutError):
        return SourceError(f"Nothing came from it for {2 * READ_TIME:g} s.")
    reason = getattr(error, "strerror", None) or type(error).__name__
    return SourceError(f"The stream broke off: {reason}.")


_REFUSED: tuple[tuple[type[Exception], str], ...] = (
    (av.error.HTTPUnauthorizedError, "It refuses the user name or the password."),
    (av.error.HTTPForbiddenError, "It forbids this user to see the stream."),
    (av.error.HTTPNotFoundError, "It has no such stream: look at the path of its URL."),
    (
        av.error.HTTPBadRequestError,
        "It does not understand the request: look at the path of its URL.",
    ),
    (
        av.error.ProtocolNotFoundError,
        "The FFmpeg that PyAV brings along does not speak this protocol; one with it can be "
        "installed (pip install --no-binary av av).",
    ),
    (FileNotFoundError, "There is no such file or device."),
    (PermissionError, "This user may not open it."),
    (IsADirectoryError, "This is a folder, not a file."),
)
