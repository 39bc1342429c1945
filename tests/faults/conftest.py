"""What tests of faults share with those of the verbs."""

from tests.operations.conftest import run

__all__ = ["run"]
