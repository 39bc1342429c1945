"""The timeline: its lanes, its table, the form that corrects an entry, and what each entry said before."""
