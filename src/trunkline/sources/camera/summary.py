"""What other relays are told of a camera."""

from trunkline.model.camera import CameraHealth, CameraSummary


def summary(health: CameraHealth) -> CameraSummary:
    """What people who look at a camera need to know; the same while it is only dialled again."""
    is_retried = health.state == "connecting" and health.trouble is not None
    picture = health.picture
    return CameraSummary(
        "waiting" if is_retried else health.state,
        health.trouble,
        picture.codec if picture else "",
        picture.remade if picture else None,
    )
