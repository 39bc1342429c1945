"""Documents: a model of what its reader may see in, PDF bytes out. The only room that knows ReportLab."""
