"""Our side of what relays serve: clients, and the checks of `trunkline doctor`."""
