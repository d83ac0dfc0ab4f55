"""Cameras of this machine: `v4l2:/dev/video0`."""

from trunkline.sources.source import Opening, Wanted


def opening(wanted: Wanted) -> Opening:
    """By Video4Linux; in whatever size the camera begins with."""
    return Opening(name=wanted.url.partition(":")[2], format="v4l2")
