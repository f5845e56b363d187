"""An event log in memory that numbers, chains and deduplicates as the real one does."""

from sre_agent.replay.journal import ScratchJournal


class InMemoryJournal(ScratchJournal):
    """A `Journal` for tests; `events` is each incident's log, oldest first."""
