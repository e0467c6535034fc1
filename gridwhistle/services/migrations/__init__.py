"""How do the tables of an older release become those of this one?"""
