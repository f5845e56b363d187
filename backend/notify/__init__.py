"""Telling people: messages leave the outbox for the channel that is configured."""
