"""The work behind the queue: running investigations, and keeping the house in order."""
