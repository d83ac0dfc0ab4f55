"""What a client of a relay would meet: checks that end in findings."""
