"""The hands on Prometheus: reading tools only."""
