"""A small pack as somebody writes one, for tests that put mistakes into it."""

PLAIN = """
id = "plain"
title = "Plain"
version = "1"
due_soon = 0.25
freeze = ["A"]
closure = ["verified"]
quiet = { hours = 24 }

[calendar]
days = ["Mon", "Tue", "Wed", "Thu", "Fri"]
opens = "09:00"
closes = "17:00"
zone = "home"
holidays = []

[detector_severities]
critical = "A"
high = "A"
medium = "B"
low = "B"

[[levels]]
id = "A"
meaning = "It is bad"
escalate_to = ["Legal"]

[[levels]]
id = "B"
meaning = "It is not so bad"

[[routes]]
kind = "fairness"
title = "Fairness"
types = ["bias"]
layers = ["fairness"]
to = ["ethics committee"]
levels = ["A"]

[[roles]]
id = "commander"
title = "Commander"

[[clocks]]
id = "respond"
name = "Respond"
from = "detection"
met_by = ["declared"]
within_by_level = { A = { minutes = 15 }, B = { hours = 1 } }

[[clocks]]
id = "contain"
name = "Contain"
from = "detection"
within = { minutes = 60 }
met_by = ["contained"]

[[clocks]]
id = "review"
name = "Review"
from = "resolution"
within = { business_days = 5 }
"""

TRIAGE = """
otherwise = "B"

[[questions]]
id = "harm"
text = "Is anybody harmed?"
answers = [{ id = "yes", text = "Yes", key = "y" }, { id = "no", text = "No", key = "n" }]

[[rules]]
level = "A"
because = "People are harmed"
when = { harm = ["yes"] }
"""

ESCALATION = """
[[steps]]
id = "first"
title = "On call"
levels = ["A"]
call = ["on call"]
within = { minutes = 5 }
send = ["webhook"]
kinds = ["fairness"]
"""

UPDATES = """
[[updates]]
audience = "teams"
title = "Teams"
"""
