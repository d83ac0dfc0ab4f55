"""Where packets leave: one producer of the relay, fed from a thread."""

import threading
from collections.abc import Callable
from dataclasses import replace

from trunkline.model.frame import Encoded
from trunkline.model.media import Port
from trunkline.net.clock import Epoch

WELCOME = 5.0
"""Seconds for which who comes first may ask for the last picture again: the first may get lost.
Later it is the core that keeps it, and a picture that comes again and again looks like a live one.
"""
Write = Callable[[Port, Encoded], bool]


def _nobody() -> None:
    """There is no encoder that could make a keyframe."""


class Outlet:
    """One producer, over all connections to its camera.

    Its timestamps only grow. It keeps the last keyframe: whoever comes while the camera is on its
    way is shown that until there is a newer one.
    """

    def __init__(self, write: Write, epoch: Epoch) -> None:
        self.port: Port | None = None
        """The producer; None: there is none yet."""
        self.wanted = False
        """Somebody is shown it."""
        self.ask_keyframe: Callable[[], None] = _nobody
        """Have the encoder make a keyframe, where there is one."""
        self.on_live: Callable[[], None] = _nobody
        """Called when the first packet of a connection was written."""
        self._write = write
        self._epoch = epoch
        self._lock = threading.Lock()
        self._last = -1
        self._poster: Encoded | None = None
        self._welcoming = float("-inf")
        """Until when the last picture is shown again."""
        self._live = False

    def rest(self) -> None:
        """The connection has ended: what is shown till the first keyframe of the next is old."""
        with self._lock:
            self._live = False
            self.ask_keyframe = _nobody

    @property
    def live(self) -> bool:
        """Whether packets of a connection that is there were written."""
        return self._live

    def write(self, frame: Encoded) -> None:
        """Send a packet of this connection."""
        with self._lock:
            began, self._live = not self._live, True
            self._send(frame)
            if frame.keyframe:
                self._poster = frame
        if began:
            self.on_live()

    def want_keyframe(self) -> None:
        """Somebody needs something to begin with."""
        if self._live:
            self.ask_keyframe()
        elif self._epoch.now() < self._welcoming:
            self._show_poster()

    def welcome(self) -> None:
        """Somebody came: show the last picture of before, if there is none of this connection."""
        self._welcoming = self._epoch.now() + WELCOME
        self._show_poster()

    def _show_poster(self) -> None:
        with self._lock:
            poster = self._poster
            if not self._live and poster is not None:
                now = round(self._epoch.now() * poster.clock_rate)
                self._send(replace(poster, timestamp=now, captured=None))

    def _send(self, frame: Encoded) -> None:
        self._last = max(frame.timestamp, self._last + 1)
        if self._last != frame.timestamp:
            frame = replace(frame, timestamp=self._last)
        if self.port is not None:
            self._write(self.port, frame)
