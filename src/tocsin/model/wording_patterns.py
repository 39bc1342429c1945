"""The words by which the wording of an update is judged: patterns for English, each with bounded reach."""

import re
from collections.abc import Collection
from functools import lru_cache

_FLAGS = re.IGNORECASE

# As typed on any keyboard: one letter for one, so that places in the text stay the same.
ALIKE = str.maketrans("’‘‛“”„«»\u00a0\u202f\u2009–—‑", '\'\'\'"""""   ---')
QUOTED = re.compile(r'"[^"\n]{1,600}"')
SENTENCE_END = re.compile(r"[.!?]+(?=[\s\"')]|$)|\n")
ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|approx|no|vs|a\.m|p\.m|mr|mrs|ms|dr|inc|ltd|co|st)$", _FLAGS)
NEGATED = re.compile(r"\b(?:not|no|never|nor|neither|nobody|cannot|rather than|instead of)\b|n't\b", _FLAGS)

_PEOPLE = (
    r"(?:users?|customers?|people|persons?|clients?|applicants?|applications?|patients?|decisions?|"
    r"cases?|"
    r"requests?|accounts?|members?|individuals?|consumers?|drivers?|employees?|answers?|orders?|"
    r"deliver(?:y|ies)|"
    r"loans?|claims?|letters?|offers?|refusals?|approvals?|households?|students?|citizens?|riders?|"
    r"tickets?|"
    r"conversations?|messages?|recommendations?|predictions?|visitors?|tenants?|women|men|children)"
)
_COUNT = (
    r"(?:(?<![\w.:/-])\d(?:[\d,.' ]{0,14}\d)?(?![\w:]|-\w)|\b(?:one|two|three|four|five|six|seven|"
    r"eight|nine|ten|"
    r"eleven|twelve|dozens?|hundreds?|thousands?|millions?|half|none)\b)"
)
PEOPLE = re.compile(rf"\b{_PEOPLE}\b", _FLAGS)
NUMBER = re.compile(r"\d")

AI = re.compile(
    r"\b(?:AI|A\.I\.|artificial intelligence|machine[- ]learning|models?|algorithms?|algorithmic|"
    r"automated|"
    r"automatic|automatically|automation|chatbots?|classifiers?|neural networks?)(?!\w)",
    _FLAGS,
)
EVASIVE = re.compile(
    r"\b(?:technical|computer|system|software|it)\s+(?:glitch(?:es)?|issues?|problems?|difficult(?:y|"
    r"ies)|errors?|"
    r"faults?|hiccups?)\b|\b(?:glitch(?:es)?|hiccups?)\b|\b(?:human|user|operator) error\b",
    _FLAGS,
)

VAGUE = re.compile(
    r"\b(?:some|a few|few|several|certain|(?<!how )many|various|isolated|numerous|"
    r"a (?:small |limited |tiny |certain )?(?:number|group|share|percentage|subset|fraction|portion|"
    r"handful) of)\s+"
    rf"(?:of\s+)?(?:(?:our|the|your|these)\s+)?(?:[\w-]+\s+)?{_PEOPLE}\b",
    _FLAGS,
)
MINIMISED = re.compile(
    r"\b(?:minor|negligible|insignificant|slight|minimal|limited|small)\s+"
    r"(?:impact|effects?|inconvenience|issues?|disruptions?|degradation)\b"
    r"|\bany inconvenience\b|\babundance of caution\b",
    _FLAGS,
)
SPECIFIC = re.compile(
    rf"{_COUNT}(?:\s?%|\s+percent|\s+per cent)?(?:\s+[\w'-]+){{0,4}}?\s+{_PEOPLE}\b"
    rf"|\b{_PEOPLE}\b[:,]?(?:\s+[\w-]+:?){{0,3}}?\s*"
    rf"(?<!since )(?<!at )(?<!by )(?<!on )(?<!from )(?<!until ){_COUNT}"
    rf"|\b(?:all|every|each|no)\s+(?:of\s+)?(?:(?:our|the|these)\s+)?(?:[\w-]+\s+)?{_PEOPLE}\b"
    rf"|\b{_PEOPLE}\s+(?:who|whose|in|from|with|under|over|aged|between)\b"
    r"|\b(?:everybody|everyone|anybody|anyone|nobody|no one)\b"
    r"|\b(?:not (?:yet )?(?:known|clear|certain)|not (?:yet )?know|n't (?:yet )?know|"
    r"cannot (?:yet )?say)\b"
    r"|\b(?:finding|working) out (?:who|how many|which)\b|\b(?:still unclear|not known yet)\b",
    _FLAGS,
)

_DEED = (
    r"(?:switched|switching|stopped|stopping|paused|pausing|suspended|suspending|rolled|rolling|"
    r"gone back|went back|"
    r"moved|moving|turned|turning|disabled|limited|limiting|put|set|review\w*|check\w*|looking|working|"
    r"watching|"
    r"investigat\w+|correct\w*|fixing|fixed|contact\w*|notif\w+|inform\w*|test\w*|asking|asked|let|use|"
    r"removed|"
    r"removing|added|adding|blocked|restored|restoring|reversed|reversing|deciding|finding out|"
    r"repair\w*|taken|"
    r"closed|withdrawn|withdrew|replac\w+|retrain\w*)"
)
ACTION = re.compile(
    rf"\b(?:we|our (?:\w+\s+)?(?:teams?|engineers|people|staff|specialists|reviewers))(?:'ve|'re)?\b"
    rf"(?P<gap>(?:\s+[\w'-]+){{0,5}}?)\s+{_DEED}\b"
    rf"|\b(?:has|have|had|is|are|was|were) (?:now )?(?:been |being )?{_DEED}\b"
    r"|\bpeople (?:now )?(?:review|look|check|decide)\b",
    _FLAGS,
)

# Terms that say nothing to those outside by themselves, and words of every day that do so beside a figure.
METRIC = re.compile(
    r"\b(?:PSI|KL divergence|AUC|ROC|F1(?:[- ]scores?)?|RMSE|MAE|MSE|MAPE|log loss|p-values?|p95|p99|"
    r"p50|logits?|"
    r"embeddings?|perplexity|disparate[- ]impact ratio|demographic parity|equali[sz]ed odds|"
    r"(?:true|false)[- ](?:positive|negative) rates?|TPR|FPR|covariate shift|feature drift|concept drift|"
    r"data drift|standard deviations?|sigma|evals?|eval scores?)(?!\w)",
    _FLAGS,
)
MEASURE = re.compile(
    r"\b(?:accuracy|precision|recall|drift|calibration|latency|confidence|baseline|throughput|error rate|"
    r"approval rate|distribution|similarity)\b",
    _FLAGS,
)
FIGURE = re.compile(r"(?<![\w.:/-])\d+(?:[.,]\d+)?(?:\s?%|\s+(?:percent|points?)\b|(?![\w:]))", _FLAGS)

_FIX = (
    r"(?:fix(?:ed)?|resolv(?:e|ed)|solv(?:e|ed)|repair(?:ed)?|restor(?:e|ed)|back (?:to normal|online|"
    r"in service)|"
    r"working again|work again|put right|sorted|normal (?:service|operations?)|fully operational|"
    r"recovered)"
)
FUTURE_FIX = re.compile(
    r"(?:\b(?:will|shall|should|expect\w*|going to|aims?|plans?|hopes?|promise|guarantee|anticipate|"
    r"estimate)\b|'ll\b)"
    rf"(?P<gap>[^.!?\n]{{0,40}}?)\b{_FIX}\b",
    _FLAGS,
)
TELLS = re.compile(
    r"\b(?:tell|update|inform|report|say|write|know|whether|when|until|once|after|if|decide|review|"
    r"check)\b",
    _FLAGS,
)
SOON = re.compile(
    r"\b(?:(?:by|before|within|in|until|no later than|at)\s+(?:the\s+)?(?:end of\s+)?(?:the\s+|this\s+)?"
    r"(?:next\s+|about\s+|around\s+)?"
    r"(?:\d(?:[\d:.]*\d)?|one\b|two\b|three\b|four\b|five\b|six\b|an? (?:few |couple of )?(?:hours?|"
    r"minutes?|days?|weeks?)\b|few\b|"
    r"half\b|tonight|tomorrow|today|noon|midnight|morning|afternoon|evening|day\b|week|month|hour|"
    r"minutes|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
    r"|tomorrow|tonight|today|shortly|soon\b|momentarily|this (?:morning|afternoon|evening|week|month)|"
    r"next (?:week|month)|EOD\b)",
    _FLAGS,
)
FIX_TIME = re.compile(
    r"\bfix\b[^.!?\n]{0,30}\bby\s+\d(?:[\d:.]*\d)?|\bETA\b[^.!?\n]{0,20}\d(?:[\d:.]*\d)?", _FLAGS
)
AS_SOON = re.compile(r"\bas soon as\b", _FLAGS)

_VENDOR = r"(?:third[- ]part(?:y|ies)|(?:vendor|supplier|provider|subcontractor)s?)"
OWNED = re.compile(
    r"\bwe\b[^.!?\n]{0,40}\b(?:responsib\w+|accountable|at fault|failed|did not|should have)\b|"
    r"\bour (?:own )?"
    r"(?:fault|mistake|responsibility|error)\b",
    _FLAGS,
)  # fmt: skip
# Between a vendor and a fault: a denial, or somebody else whose deed it is.
ANOTHER = re.compile(rf"{NEGATED.pattern}|\bwe\b|\bwe'", _FLAGS)


@lru_cache(maxsize=16)
def blame(names: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns of a vendor blamed, named first or last; "between" are the words in between."""
    known = "|".join(re.escape(name) for name in names)
    who = rf"(?<!\w)(?:{_VENDOR}{'|' + known if known else ''})(?!\w)"
    after = (
        rf"{who}(?:(?:'s?|s')?(?P<between>[^.!?\n]{{0,60}}?)\b(?:caused|failed|broke|introduced|let us down|"
        r"(?:is|was|are|were) (?:at fault|to blame|responsible|the cause)|"
        r"made an? (?:\w+ )?(?:mistake|error)|did not (?:tell|inform|notify|warn|test)|"
        r"without (?:notice|telling|informing|warning|our knowledge)|silently|secretly|negligen\w+)\b"
        r"|(?:'s|s'|')\s+(?:\w+\s+){0,2}(?:fault|mistakes?|errors?|failures?|bugs?|outages?)\b)"
    )
    before = (
        r"\b(?:caused by|because of|due to|owing to|as a result of|result(?:s|ed|ing) from|"
        r"stem(?:s|med|ming)? from|originat\w+ (?:in|with|from|at)|introduced by|triggered by|blam(?:e|"
        r"es|ed|ing)|"
        r"(?:faults?|errors?|mistakes?|failures?|outages?|bugs?) (?:of|by|at|in|on the part of)|"
        rf"(?:problems?|issues?) (?:at|of|in))\b(?P<between>[^.!?\n]{{0,40}}?){who}"
    )
    return re.compile(after, _FLAGS), re.compile(before, _FLAGS)


def vendor_names(names: Collection[str]) -> tuple[str, ...]:
    """Return the names worth looking for, the longest first: one of a letter would be found everywhere."""
    kept = {" ".join(name.translate(ALIKE).split()) for name in names}
    return tuple(sorted((name for name in kept if 2 <= len(name) <= 100), key=lambda n: (-len(n), n)))[:200]
