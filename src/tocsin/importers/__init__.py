"""One file a source: each knows one format and yields records; nothing here stores anything."""
