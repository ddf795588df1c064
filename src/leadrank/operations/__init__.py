"""Where the library meets the store: one function is one thing that somebody does, one transaction, one access record."""
