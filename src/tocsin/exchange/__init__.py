"""Writing what other tools read; what is read from them is in the importers."""
