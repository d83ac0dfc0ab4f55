"""Trunks that are to be dialled, as people write them down: in settings, commands and the API."""
