"""What watches the lab: the real Prometheus and Alertmanager, fetched, configured and started."""
