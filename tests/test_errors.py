"""An error reads as one line: where, what, and what to do."""

import pytest

from tocsin.errors import BadInput, UserError


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UserError("it is full."), "it is full."),
        (UserError("it is full.", where="disk"), "disk: it is full."),
        (BadInput("no header.", where="a.csv", hint="Add one."), "a.csv: no header. Add one."),
    ],
)
def test_an_error_says_where_what_and_what_to_do(error: UserError, line: str) -> None:
    assert str(error) == line
