"""Cameras that speak RTSP (RFC 2326), also over TLS."""

from trunkline.sources.source import READ_TIME, Opening, Wanted, checked, encryption

# Looking into the streams takes FFmpeg up to five seconds; the SDP says enough, and what it does
# not say is in the parameter sets.
_AT_ONCE = {"analyzeduration": "1", "fpsprobesize": "0"}
_LIMITS = {"timeout": str(round(READ_TIME * 1_000_000)), "allowed_media_types": "video+audio"}


def opening(wanted: Wanted) -> Opening:
    """TCP first: UDP loses packets of large pictures, and firewalls stop it."""
    common = _AT_ONCE | _LIMITS | checked(wanted)
    first = wanted.transport or "tcp"
    other = {"rtsp_transport": "udp"} if wanted.transport is None else None
    return Opening(
        name=wanted.url,
        options={**common, "rtsp_transport": first},
        otherwise={**common, **other} if other else None,
        encrypted=encryption(wanted),
    )
