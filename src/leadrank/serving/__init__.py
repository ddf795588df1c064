"""HTTP: a thin front for the scores that everybody waits for, an API for everything else, and pages for people."""
