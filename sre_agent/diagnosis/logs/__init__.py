"""What the error lines say: what is new in them, and whom they name."""
