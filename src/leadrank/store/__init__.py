"""What is kept: leads, events, scores with their history, who did what, and who may; SQLite by default, PostgreSQL by URL."""
