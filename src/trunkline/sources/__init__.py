"""What brings media in by itself: one file for each kind of source."""
