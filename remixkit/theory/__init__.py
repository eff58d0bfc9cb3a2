"""Music theory: keys, chords, voicings, reharmonisation, instruments, spelling and notation.

Sole owner of music21, which is imported when first needed and whose answers are cached.
"""
