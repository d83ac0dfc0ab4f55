"""Cameras and streams that this relay fetches itself, as participants of rooms."""
