"""What the commands of the Makefile answer with."""

import pytest

from scripts.test import verdict


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        pytest.param([0, 0], 0, id="both went well"),
        pytest.param([0, 1], 1, id="the second failed"),
        pytest.param([2, 0], 1, id="the first was interrupted"),
        pytest.param([0, -9], 1, id="the second was killed"),
        pytest.param([5, 0], 0, id="nothing was selected for the first"),
        pytest.param([5, 5], 5, id="nothing was selected at all"),
    ],
)
def test_no_failure_of_one_run_hides_behind_the_other(statuses, expected):
    assert verdict(statuses) == expected
