"""The shared words: ids, requests, events, commands. Frozen values without behaviour."""
