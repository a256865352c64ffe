"""Is it a cargo flight? A grade with its evidence, never a fact."""
