"""What to do with a probability: thresholds, tiers, profit, capacity."""
