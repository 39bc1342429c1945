"""A drill in the console: the mark on every screen, what is brought in, and the score sheet."""
