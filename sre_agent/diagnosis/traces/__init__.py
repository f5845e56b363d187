"""What calls tell: who waits for whom, who spends the time, and where the usual way is left."""
