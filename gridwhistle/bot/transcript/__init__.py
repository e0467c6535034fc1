"""Conversations written down as `.chat` files, played against the real core (docs: DESIGN.md, section 7)."""
