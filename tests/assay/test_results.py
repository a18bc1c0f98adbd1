"""Results are frozen, plain on demand, and survive pickling."""

import copy
import json
import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from assay import Estimate, Labels, TooLittle
from assay.metrics import TREC
from assay.results import plain


@pytest.fixture
def estimate():
    diagnostics = {"draws": np.arange(3), "share": np.float64(0.5), "odd": float("inf")}
    return Estimate(0.5, 0.4, float("nan"), 0.95, 12, "made up", ("careful",), diagnostics)


def test_as_dict_is_json_safe(estimate):
    told = json.loads(json.dumps(estimate.as_dict(), allow_nan=False))
    assert told == {
        "value": 0.5,
        "low": 0.4,
        "high": None,
        "level": 0.95,
        "n": 12,
        "method": "made up",
        "warnings": ["careful"],
        "diagnostics": {"draws": [0, 1, 2], "share": 0.5, "odd": None},
    }


def test_plain_turns_nested_results_sets_enumerations_and_strangers_into_plain_types():
    told = plain({"policy": TREC.gain, "why": TooLittle("none", 0), "some": {2, 1}, "type": int})
    assert told == {
        "policy": "linear",
        "why": {"reason": "none", "n": 0},
        "some": [1, 2],
        "type": "<class 'int'>",
    }


def test_fields_cannot_be_replaced(estimate):
    with pytest.raises(FrozenInstanceError):
        estimate.value = 1.0


def test_mappings_cannot_be_changed_from_inside_or_outside():
    held = {"a": 1}
    estimate = Estimate(0, 0, 0, 0.95, 1, "m", diagnostics=held)
    held["a"] = 2
    assert estimate.diagnostics["a"] == 1
    with pytest.raises(TypeError):
        estimate.diagnostics["a"] = 3


def test_arrays_cannot_be_changed():
    labels = Labels.from_triples("ab", "xy", [0, 1])
    with pytest.raises(ValueError, match="read-only"):
        labels.label_codes[0] = 1


def test_lists_become_tuples():
    assert Estimate(0, 0, 0, 0.95, 1, "m", warnings=["one"]).warnings == ("one",)


@pytest.mark.parametrize("doubled", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_results_survive_copying_and_pickling(estimate, doubled):
    assert doubled(estimate).as_dict() == estimate.as_dict()


def test_estimates_are_hashable_and_say_themselves(estimate):
    assert len({estimate, estimate}) == 1
    assert str(estimate) == "0.5 [0.4, nan], n=12"
    assert str(TooLittle("one query", 1)) == "too little data: one query (n=1)"
