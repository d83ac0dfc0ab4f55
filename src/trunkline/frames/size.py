"""How large an encoded picture is."""

from trunkline.errors import FrameError
from trunkline.frames.video_decoder import VideoDecoder
from trunkline.model.frame import Encoded


def picture_size(keyframe: Encoded) -> tuple[int, int]:
    """Width and height, found by decoding it.

    Raises:
        FrameError: it is none that decoding can begin with.
    """
    for frame in VideoDecoder().decode(keyframe):
        return frame.width, frame.height
    raise FrameError(f"This is no keyframe of {keyframe.codec}.")
