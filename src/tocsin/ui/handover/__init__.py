"""The sheet on which a role is handed over: the briefing written, read, its questions answered, confirmed."""
