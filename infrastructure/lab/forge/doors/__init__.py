"""What can be asked of the forge, a table of doors for each subject."""
