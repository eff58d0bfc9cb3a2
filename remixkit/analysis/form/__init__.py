"""Sections: where they begin, and what each is."""
