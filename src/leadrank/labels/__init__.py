"""What happened: outcomes as codes, never a silent zero."""
