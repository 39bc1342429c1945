"""Everything seen. The only room that knows Qt and pyqtgraph."""
