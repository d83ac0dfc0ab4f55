"""The relay as a peer in other programs' signalling; loaded only where that is switched on."""
