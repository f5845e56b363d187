"""Watching what models are asked, by OpenTelemetry: loaded only where somebody is named who is told."""
