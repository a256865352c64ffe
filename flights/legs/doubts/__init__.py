"""What makes a flight doubtful: jumps, shared addresses, noise, impossible speeds."""
