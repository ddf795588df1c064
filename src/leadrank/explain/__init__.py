"""Why this score: contributions, sentences with evidence, importance, counterfactuals."""
