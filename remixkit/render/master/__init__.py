"""The finished sound: loudness, ceiling, true peaks, and the master that keeps them."""
