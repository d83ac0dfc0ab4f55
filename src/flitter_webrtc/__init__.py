"""The names of Flitter's original WebRTC plugin, for plugins that were written for it."""
