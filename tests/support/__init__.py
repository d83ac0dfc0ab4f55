"""What tests of whole programs need: clients, networks, a relay in a process of its own."""
