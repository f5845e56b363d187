"""From what alert sources send to what we call an alert: pure functions, one module per source."""
