"""One file for each wire protocol. Pure: bytes in, values out."""
