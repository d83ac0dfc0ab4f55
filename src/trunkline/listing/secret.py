"""What relays that have a trunk both know."""

SHORTEST = 8
LONGEST = 256


def secret(text: str) -> str:
    """The same; raises ValueError where no header field can carry it."""
    # RFC 6750 section 2.1 has fewer characters still.
    if not all("!" <= character <= "~" for character in text):
        raise ValueError("a secret has ASCII characters only, and no space")
    return text
