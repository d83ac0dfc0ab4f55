"""Offers as clients send them, and ways to spoil them."""

FINGERPRINT = ":".join(["AB"] * 32)

CODECS = {
    "audio": "m=audio 9 UDP/TLS/RTP/SAVPF 111\nc=IN IP4 0.0.0.0\na=rtpmap:111 opus/48000/2",
    "video": "m=video 9 UDP/TLS/RTP/SAVPF 96\nc=IN IP4 0.0.0.0\na=rtpmap:96 VP8/90000",
}


def offer(
    direction: str = "sendonly",
    kinds: tuple[str, ...] = ("audio", "video"),
    setup: str = "actpass",
    ufrag: str = "abcd",
) -> str:
    """A small offer as a browser might make it, with LF line ends."""
    lines = [
        "v=0",
        "o=- 1 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {' '.join(str(mid) for mid in range(len(kinds)))}",
    ]
    for mid, kind in enumerate(kinds):
        lines += [
            CODECS[kind],
            f"a=mid:{mid}",
            f"a=ice-ufrag:{ufrag}",
            "a=ice-pwd:0123456789012345678901",
            f"a=fingerprint:sha-256 {FINGERPRINT}",
            f"a=setup:{setup}",
            f"a={direction}",
            "a=rtcp-mux",
        ]
    return "\n".join(lines) + "\n"


# As FFmpeg 9.0.2 writes it (libavformat/whip.c), with the video alone.
FFMPEG = f"""v=0
o=FFmpeg 4489045141692799359 2 IN IP4 127.0.0.1
s=FFmpegPublishSession
t=0 0
a=group:BUNDLE 1
a=extmap-allow-mixed
a=msid-semantic: WMS
m=video 9 UDP/TLS/RTP/SAVPF 106 105
c=IN IP4 0.0.0.0
a=ice-ufrag:1f2e3d4c
a=ice-pwd:0123456789abcdef0123456789abcdef
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:passive
a=mid:1
a=sendonly
a=msid:FFmpeg video
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:106 H264/90000
a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42000a
a=rtcp-fb:106 nack
a=rtpmap:105 rtx/90000
a=fmtp:105 apt=106
a=ssrc-group:FID 3721931545 1073741823
a=ssrc:3721931545 cname:FFmpeg
a=ssrc:3721931545 msid:FFmpeg video
"""
