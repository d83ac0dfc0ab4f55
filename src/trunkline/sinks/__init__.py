"""What takes media out: one file for each kind of outlet."""
