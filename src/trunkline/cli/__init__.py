"""The command: arguments become settings, settings become a relay."""
