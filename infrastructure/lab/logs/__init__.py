"""The lab's log server: pod output behind the part of Loki's HTTP API that people ask of it."""
