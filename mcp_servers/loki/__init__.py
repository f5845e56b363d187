"""The Loki server: reads logs, and folds error lines into patterns. It changes nothing."""
