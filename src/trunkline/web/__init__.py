"""HTTP: one file for each subject; the rules are in `protocol`."""
