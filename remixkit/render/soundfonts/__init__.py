"""SoundFonts: which there are, what is in them, how to get one, and which part is played with which."""
