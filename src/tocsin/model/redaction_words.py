"""Words that are no names, or not only: what redaction must not eat when it looks for parts of names."""

# In names of roles and desks ("Operator A", "Duty desk"), months, days.
_PLAIN = """
account admin agent analyst bot chief commander committee compliance customer data desk director duty
engineer engineering external head internal lead leader legal manager model night office officer on-call
oncall operator owner person platform press reporter responder security service shift support system team
technical tester user january february march april may june july august september october november
december monday tuesday wednesday thursday friday saturday sunday the and for will
"""
# Names that are words as well: they count as a name where they are written with a capital.
_DOUBLE = """
art baker bell bill black brown carter case chance chase cook cooper dawn dean drew faith field fisher
frank gene grace grant gray green grey hand hart hill hope hunter jack joy king lane lee long love major
mark marks mason miles miller moore noble page park parker pat penny pool porter power price rich rob rock
rose rush sharp short skip smith star stone sue summer turner victor wade walker ward wells west white
winter wise wood woods young
"""

PLAIN = frozenset(_PLAIN.split())
DOUBLE = frozenset(_DOUBLE.split())
