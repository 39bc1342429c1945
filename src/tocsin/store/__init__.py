"""Everything kept: the journal, its projections, the packed samples. The only room that knows SQL."""
