"""Parts to a stereo sum: buses, automation, the level rider, stems."""
