"""The Jaeger server: reads traces. It changes nothing."""
