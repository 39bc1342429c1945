"""The wall: what needs somebody first, where every system stands, and where nobody looks."""
