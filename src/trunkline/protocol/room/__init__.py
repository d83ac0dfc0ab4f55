"""What guests and relays say to each other on /wsb: Umbrella's protocol, and what we add to it."""
