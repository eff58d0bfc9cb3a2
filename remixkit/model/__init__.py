"""The musical nouns. Frozen, slotted; time is integer ticks, 960 a quarter note."""
