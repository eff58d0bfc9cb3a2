"""Scores that come in: MusicXML and ABC, read as they are played."""
