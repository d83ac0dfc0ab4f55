"""Bearer tokens (RFC 6750 section 2.1): for WHIP and WHEP, the room's passphrase."""


def bearer(authorization: str | None) -> str:
    """The token of an Authorization header; empty where there is none."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
