"""What keeps an album to itself: which names and JSON of it are believed, and one batch at a time."""
