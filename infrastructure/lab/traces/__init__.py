"""The lab's trace store: takes OTLP over HTTP, answers as Jaeger's query API does; nothing is kept on disk."""
