"""Beats, bars, meter and tempo of a song, its own or found."""
