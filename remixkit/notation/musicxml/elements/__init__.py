"""Elements of MusicXML -> what they mean: the head, attributes, notes, directions, chord symbols, a part's measures."""
