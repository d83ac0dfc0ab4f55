"""Pixels of what Flitter drew, as pictures to be sent."""

import ctypes
from collections.abc import Iterable
from typing import Any

import glfw
from av.video.frame import VideoFrame

from trunkline.frames.pixels import from_rgb

BUFFERS = 2
"""In which pixels wait till the processor takes them: a picture is sent one frame later."""
IN_SOFTWARE: tuple[str, ...] = ("llvmpipe", "softpipe", "swrast", "swiftshader")
"""Renderers that the processor runs."""


_SAMPLING = ("nearest", "border", "repeat", "vertex", "fragment")


def is_aligned(node: Any, size: tuple[int, int], textures: Iterable[Any]) -> bool:
    """Whether each pixel lies exactly on one of each texture, and a program leaves it at that.

    OpenGL mixes four of them otherwise, and beyond the edge a border, to the same end: where the
    processor draws that is half of the work.
    """
    return not any(name in node for name in _SAMPLING) and all(
        texture is None or texture.size == size for texture in textures
    )


class Readback:
    """Reads a framebuffer without waiting for the graphics card to be done with it.

    Where the processor draws, pixels are read at once. But first drawing is waited for without
    the interpreter, which reading would hold: encoders, decoders and the network need it meanwhile.
    """

    def __init__(self, glctx: Any, size: tuple[int, int]) -> None:
        self._size = size
        renderer = str(glctx.info["GL_RENDERER"]).lower()
        self._buffers: list[Any] = []
        self._pixels = bytearray(size[0] * size[1] * 4)
        if not any(name in renderer for name in IN_SOFTWARE):
            reserve = len(self._pixels)
            self._buffers = [glctx.buffer(reserve=reserve) for _ in range(BUFFERS)]
        else:
            address = glfw.get_proc_address("glFinish")
            self._finish = ctypes.cast(address, ctypes.CFUNCTYPE(None))
        self._reads = 0

    def read(self, framebuffer: Any) -> VideoFrame | None:
        """The picture of now, or the one before; None while there is none."""
        if not self._buffers:
            self._finish()
            framebuffer.read_into(self._pixels, components=4, dtype="f1")
            return self._frame()
        framebuffer.read_into(self._buffers[self._reads % BUFFERS], components=4, dtype="f1")
        self._reads += 1
        if self._reads < BUFFERS:
            return None
        self._buffers[self._reads % BUFFERS].read_into(self._pixels)
        return self._frame()

    def _frame(self) -> VideoFrame:
        width, _ = self._size
        return from_rgb(self._pixels, 4 * width, self._size, depth=4, flipped=True)
