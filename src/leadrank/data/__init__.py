"""Tables that can be trusted: read, cleaned, checked, and searched for leaks."""
