"""Chords, keys and key changes."""
