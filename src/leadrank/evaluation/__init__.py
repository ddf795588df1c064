"""How good, for whom, how sure."""
