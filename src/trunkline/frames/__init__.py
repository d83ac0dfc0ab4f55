"""Encoding, decoding and conversion, in threads of their own; PyAV is used here."""
