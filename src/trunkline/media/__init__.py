"""The media core seen from Python; the only importer of the native module."""
