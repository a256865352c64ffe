"""From a source into the archive: plan, run, progress, and pulls in the background."""
