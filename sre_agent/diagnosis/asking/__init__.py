"""What to look at next: who was not looked at, what tells causes apart, which runbook."""
