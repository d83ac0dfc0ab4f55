"""What a picture of VP9 says of itself."""


def is_keyframe(data: bytes) -> bool:
    """Whether decoding can begin with it: the uncompressed header (VP9, section 6.2).

    FFmpeg, which reads it from RTP, does not say.
    """
    if not data or data[0] >> 6 != 2:
        return False
    bits = data[0] << 1 if data[0] & 0x30 == 0x30 else data[0]  # profile 3 has one bit more
    return not bits & 0x0C
