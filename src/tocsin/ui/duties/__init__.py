"""The screen "Duties" and its sheets: what the law asks for, by when, and the papers that answer it."""
