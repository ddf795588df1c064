"""What was known at the cutoff, as numbers and codes."""
