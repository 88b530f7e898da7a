"""flup, over again: its servers and clients under their names, on the Sluice gateway."""
