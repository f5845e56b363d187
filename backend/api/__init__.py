"""The face: HTTP in front of the doors that the database layer offers."""
