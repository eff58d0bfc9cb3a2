"""The cover's outline: sections, transitions, cuts, the chart that every player reads, and who plays where."""
