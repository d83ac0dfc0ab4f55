"""Why a camera cannot be had, in words that help, and without its password."""

import errno

import av

from trunkline.errors import TrunklineError
from trunkline.model.camera import CameraTrouble
from trunkline.sources.source import OPEN_TIME, READ_TIME

SILENT = 3.0
"""Seconds of waiting after which FFmpeg's "invalid data" means that nothing came."""


class SourceError(TrunklineError):
    """A source cannot be had, or broke off."""

    def __init__(self, sentence: str, trouble: CameraTrouble, *, final: bool = False) -> None:
        super().__init__(sentence)
        self.trouble: CameraTrouble = trouble
        """The same for programs."""
        self.final = final
        """Somebody has to change something: trying again alone will not help."""


def at_opening(error: Exception, seconds: float) -> SourceError:
    """Why it could not be opened.

    Args:
        error: FFmpeg's. Its text has the URL, and with it the password: it is never shown.
        seconds: since the beginning of the attempt.
    """
    for kind, trouble, sentence in _REFUSED:
        if isinstance(error, kind):
            return SourceError(sentence, trouble, final=True)
    number = getattr(error, "errno", None)
    if number == errno.EPROTONOSUPPORT:
        return SourceError(
            "It does not support this transport: leave the transport out, or choose the other one.",
            "setup",
            final=True,
        )
    if isinstance(error, ConnectionRefusedError):
        return SourceError("Nothing listens there: is it on, and is the port right?", "off")
    if isinstance(error, av.error.ExitError | TimeoutError) or (
        isinstance(error, av.error.InvalidDataError) and seconds >= SILENT
    ):
        sentence = f"It gave no answer that can be understood within {OPEN_TIME:g} s."
        return SourceError(sentence, "silent")
    if isinstance(error, av.error.InvalidDataError):
        return SourceError("What it sends is no stream that can be read.", "unreadable")
    reason = getattr(error, "strerror", None) or type(error).__name__
    sentence = f"It cannot be reached: {reason}. Is the host's name right?"
    return SourceError(sentence, "unreachable")


def untrusted() -> SourceError:
    """Its certificate is another one than was expected."""
    return SourceError(
        "Its certificate is not the one of the file, or is for another host name: compare them "
        "(openssl s_client -connect HOST:PORT), or name the host as the certificate does.",
        "certificate",
        final=True,
    )


def at_reading(error: Exception) -> SourceError:
    """Why it broke off."""
    if isinstance(error, av.error.ExitError | TimeoutError):
        return SourceError(f"Nothing came from it for {2 * READ_TIME:g} s.", "silent")
    reason = getattr(error, "strerror", None) or type(error).__name__
    return SourceError(f"The stream broke off: {reason}.", "ended")


_REFUSED: tuple[tuple[type[Exception], CameraTrouble, str], ...] = (
    (av.error.HTTPUnauthorizedError, "login", "It refuses the user name or the password."),
    (av.error.HTTPForbiddenError, "forbidden", "It forbids this user to see the stream."),
    (av.error.HTTPNotFoundError, "path", "It has no such stream: look at the path of its URL."),
    (
        av.error.HTTPBadRequestError,
        "path",
        "It does not understand the request: look at the path of its URL.",
    ),
    (
        av.error.ProtocolNotFoundError,
        "setup",
        "The FFmpeg that PyAV brings along does not speak this protocol; one with it can be "
        "installed (pip install --no-binary av av).",
    ),
    (FileNotFoundError, "missing", "There is no such file or device."),
    (PermissionError, "setup", "This user may not open it."),
    (IsADirectoryError, "missing", "This is a folder, not a file."),
)
