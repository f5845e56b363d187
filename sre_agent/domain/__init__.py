"""What things are: alerts, incidents, evidence, causes, plans, rulings, grants, events."""
