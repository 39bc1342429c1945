"""The screen of who is on duty, how people are reached, and by what messages go out."""
