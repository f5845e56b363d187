"""What slows or stops writing: kept in one place for those who keep to it and those who tell of it."""
