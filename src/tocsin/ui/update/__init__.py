"""The sheet that drafts, checks and records a status update."""
