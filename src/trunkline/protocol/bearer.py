"""Bearer tokens (RFC 6750 section 2.1): for WHIP and WHEP, the room's passphrase."""


def bearer(authorization: str | None) -> str:
    """The token of an Authorization header; empty where there is none."""
    # Bytes that are not UTF-8 come as lone surrogates, which nothing could be compared with.
    readable = (authorization or "").encode(errors="surrogateescape").decode(errors="replace")
    scheme, _, token = readable.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
