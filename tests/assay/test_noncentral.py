"""The noncentral t distribution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assay._noncentral import noncentral_t_cdf
from tests.assay import few


@few
@given(st.floats(-15, 15), st.integers(1, 3000), st.floats(-10, 10))
def test_it_is_scipys_where_scipy_has_a_value(t, freedom, noncentrality):
    told = stats.nct.cdf(t, freedom, noncentrality)
    if np.isfinite(told):
        assert noncentral_t_cdf(t, freedom, noncentrality) == pytest.approx(told, abs=1e-8)


@pytest.mark.parametrize("freedom", [1, 4, 50])
def test_without_noncentrality_it_is_students(freedom):
    for t in (-3.0, -0.5, 0.0, 0.5, 3.0, 40.0):
        assert noncentral_t_cdf(t, freedom, 0) == pytest.approx(stats.t.cdf(t, freedom))


def test_it_holds_where_the_series_overflows():
    assert not np.isfinite(stats.nct.cdf(4.392038643179221, 46, -5.149672737353889))
    assert noncentral_t_cdf(4.392038643179221, 46, -5.149672737353889) == pytest.approx(1)
    told = 2 * stats.norm.sf(1414 / 1500)  # Z hardly matters beside 1414
    assert noncentral_t_cdf(1500.0, 1, 1414.0) == pytest.approx(told, abs=1e-5)
