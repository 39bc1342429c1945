"""The report: previewed as the very bytes that will be exported."""
