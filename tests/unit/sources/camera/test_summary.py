"""What other relays are told of a camera."""

from trunkline.model.camera import CameraHealth, CameraSummary, PictureHealth
from trunkline.sources.camera.summary import summary


def test_a_camera_that_is_dialled_again_waits_all_the_while() -> None:
    assert summary(CameraHealth("connecting")) == CameraSummary("connecting")
    again = CameraHealth("connecting", "Nothing listens at rtsp://ann:secret@cam.", trouble="off")
    assert summary(again) == CameraSummary("waiting", "off")


def test_figures_do_not_cross_since_they_change_all_the_time() -> None:
    picture = PictureHealth("H265", 1920, 1080, 25.0, 4_000, 1.0, "codec")
    there = CameraHealth("live", picture=picture, doing="picture H265 → H264")
    assert summary(there) == CameraSummary("live", None, "H265", "codec")
