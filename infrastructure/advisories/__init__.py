"""Known vulnerabilities of what is locked, and which of them are accepted, why and until when."""
