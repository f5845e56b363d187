"""People's questions: looked up in the database and in clusters, answered, and remembered by thread."""
