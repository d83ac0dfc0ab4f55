"""Names of the local network (RFC 6762 section 3)."""


def is_local(host: str) -> bool:
    """Whether a name is one of the local network's."""
    return host.rstrip(".").lower().endswith(".local")
