"""Scores in: any music21 stream, MusicXML and ABC files, and the chord symbols in them."""
