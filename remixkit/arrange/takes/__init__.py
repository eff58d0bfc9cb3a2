"""Earlier takes: what is kept of one while the rest is played anew."""
