"""The right answers against SciPy's, and where they are exact."""

import numpy as np
import pytest
from numerics import integration
from scipy import integrate

Y = np.random.default_rng(0).normal(size=(3, 9))


def test_rules_agree_with_scipy() -> None:
    assert np.allclose(integration.trapezoid(Y, 0.3), integrate.trapezoid(Y, dx=0.3))
    assert np.allclose(integration.simpson(Y, 0.3), integrate.simpson(Y, dx=0.3))
    assert np.allclose(integration.cumulative_area(Y, 0.3), integrate.cumulative_trapezoid(Y, dx=0.3, initial=0))


@pytest.mark.parametrize("power", [0, 1, 2, 3])
def test_simpson_is_exact_up_to_third_powers(power: int) -> None:
    assert integration.simpson(np.linspace(0, 2, 5) ** power, 0.5) == pytest.approx(2 ** (power + 1) / (power + 1))


def test_simpson_refuses_an_even_number_of_samples() -> None:
    with pytest.raises(ValueError, match="an odd number of samples, 3 or more; got 4"):
        integration.simpson(np.ones(4), 1.0)


def test_richardson_removes_the_leading_error() -> None:
    coarse, fine = 1 + 0.5**4, 1 + 0.25**4
    assert integration.richardson(np.array(coarse), np.array(fine), 4) == pytest.approx(1)
    two = integration.trapezoid(Y[:, ::2], 0.6), integration.trapezoid(Y, 0.3)
    assert np.allclose(integration.richardson(*two), integration.simpson(Y, 0.3))
