"""ADS-B Exchange's free samples: the first day of each month, for evaluation only."""
