"""`!webrtc`: sends what is drawn inside it, and shows what comes from the other end."""

import logging
from typing import Any

import numpy
from flitter.model import Vector
from flitter.plugins import get_plugin
from flitter.render.window import ProgramNode
from flitter.render.window.glconstants import GL_SRGB8_ALPHA8

from trunkline.flitter_plugin import attribute
from trunkline.flitter_plugin.attribute import Node
from trunkline.flitter_plugin.call import Options
from trunkline.flitter_plugin.original import ForeignSession, refuse_others
from trunkline.flitter_plugin.pixels import Readback, is_aligned
from trunkline.flitter_plugin.report import Report
from trunkline.flitter_plugin.screen import Picture
from trunkline.flitter_plugin.session import OwnSession, Session

log = logging.getLogger(__name__)

SIGNALLING = "flitter_webrtc.signalling"
"""The entry points of nodes that find the other end."""

refuse_others()


class WebRTC(ProgramNode):
    """All OpenGL is in `render`, which never waits: after that another window would be drawn to."""

    def __init__(self, glctx: Any) -> None:
        super().__init__(glctx)
        self._report = Report()
        self._signalling: tuple[type[Any], Node] | None = None
        self._plan: tuple[object, ...] = ()
        self._options: Options | None = None
        self._session: Session | None = None
        self._readback: Readback | None = None
        self.shown: Picture | None = None
        """What came from the other end, as it is drawn now."""
        self._received: Any = None

    @property
    def texture(self) -> Any:
        """What came from the other end; before that what is drawn inside."""
        return super().texture if self._received is None else self._received

    @property
    def array(self) -> Any:
        """The same as numbers, rows from the bottom."""
        if self.shown is None:
            return super().array
        return self.shown.pixels.astype(numpy.float32) / 255

    def create(self, engine: Any, node: Node, resized: bool, **kwargs: Any) -> None:
        """Tell programs how it stands."""
        super().create(engine, node, resized, **kwargs)
        self._signalling = None
        if resized:
            self._readback = None
        self._report.write(engine, node, self._session.call if self._session else None)

    def handle_node(self, engine: Any, node: Node, **kwargs: Any) -> bool:
        """Take a signalling node; the last one counts."""
        kind = get_plugin(SIGNALLING, node.kind, quiet=True)
        if kind is None:
            return bool(super().handle_node(engine, node, **kwargs))
        self._signalling = kind, node
        return True

    def render(self, node: Node, references: Any, **kwargs: Any) -> None:
        """Draw what is inside, send it, and show what came."""
        if "colorbits" in node:
            node = node.copy()
            node.set_attribute("colorbits", Vector(8))
        if is_aligned(node, self.size, self.child_textures.values()):
            node = node.copy()
            node.set_attribute("nearest", Vector(1))
            kwargs["repeat"] = (False, False)
        super().render(node, references, srgb=True, colorbits=8, **kwargs)
        self._follow(node)
        self._send()
        self._receive()

    def release(self) -> None:
        """End the connection, and all that is told of it."""
        self._close()
        self._report.clear()
        self._readback = self._options = None
        self._plan = ()
        super().release()

    def _follow(self, node: Node) -> None:
        """Begin anew when anything has changed that a connection depends on."""
        kind, signalling = self._signalling or (None, None)
        # Driver.read is a class method of ours: nodes for the original have `update` instead.
        read = getattr(kind, "read", None)
        driver = read(signalling) if read and signalling is not None else None
        plan = (kind, driver, self.size, attribute.written(node))
        session = self._session
        if plan != self._plan or (session is not None and session.is_over):
            self._close()
            self._plan = plan
            if driver is not None:
                session = OwnSession(driver, attribute.options(node, self.size))
            elif kind is not None and read is None:
                session = ForeignSession(kind, attribute.options(node, self.size))
            else:
                session = None
            self._session = session
        if session is not None and signalling is not None:
            session.step(signalling)

    def _send(self) -> None:
        call = self._session.call if self._session else None
        if call is None or self._target is None or not call.is_sending:
            return
        if self._readback is None:
            self._readback = Readback(self.glctx, self.size)
        frame = self._readback.read(self._target.framebuffer)
        if frame is not None:
            call.write(frame)

    def _receive(self) -> None:
        picture = self._session.call.screen.picture if self._session else None
        if picture is None:
            self._received = self.shown = None
        elif picture is not self.shown:
            size = (picture.width, picture.height)
            if self._received is None or self._received.size != size:
                self._received = self.glctx.texture(size, 4, internal_format=GL_SRGB8_ALPHA8)
            self._received.write(picture.pixels)
            self.shown = picture

    def _close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()
        self._received = self.shown = None
