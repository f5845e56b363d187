"""What to think of the evidence: from typed facts to ranked causes, without I/O, clock or model."""
