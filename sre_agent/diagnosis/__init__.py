"""What to think of the evidence: from typed facts to ranked causes, without I/O, clock or model."""

from sre_agent.diagnosis.engine import diagnose

__all__ = ["diagnose"]
