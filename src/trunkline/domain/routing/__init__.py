"""Which way participants, tracks and words take between relays (`docs/design/trunks.md`).

`Router` is the whole of it for those outside.
"""
