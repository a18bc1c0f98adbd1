"""One label on more items, or several labels on fewer."""

from __future__ import annotations

import math

from scipy import special

from assay.economics.labels import effective_labels


def majority_accuracy(accuracy: float, *, raters: int = 3) -> float:
    """Accuracy of the majority of an odd number of labels, two classes, errors independent.

    Σ_{k > R/2} C(R, k) a^k (1 − a)^{R−k}; Condorcet (1785). Errors that raters share (a guideline
    misread) no vote removes: then this is too high, and the guideline is what to fix.

    :raises ValueError: `accuracy` is not between ½ and 1, or `raters` is not odd and positive.

    >>> [round(majority_accuracy(a), 3) for a in (0.7, 0.8, 0.9)]
    [0.784, 0.896, 0.972]
    """
    if not 0.5 <= accuracy <= 1:
        raise ValueError(f"accuracy must lie between 0.5 and 1, not {accuracy}")
    if raters < 1 or raters % 2 == 0:
        raise ValueError(f"raters must be an odd number above zero, not {raters}")
    return float(special.bdtrc(raters // 2, raters, accuracy))


def break_even_overhead(accuracy: float, *, raters: int = 3) -> float:
    """Cost of an item itself, in label costs, above which several labels on it pay.

    An item with R labels costs h + R and brings (2q − 1)², q the accuracy of the majority; with
    one label h + 1 and (2a − 1)². They are even at h = (R·s − t)/(t − s) with s = (2a − 1)²,
    t = (2q − 1)². Below it label more items once. The overhead is what an item costs before anyone
    labels it: finding, rendering, licensing. For training on labels of two classes with
    symmetric, independent noise, to first order. To compare systems single labels win at any
    overhead (Dorner & Hardt 2024); for an absolute level their order can reverse. Infinite at
    accuracy 1, where a second label tells nothing.

    :raises ValueError: `accuracy` is not above ½, or `raters` is not odd and above one.

    >>> [round(break_even_overhead(a), 2) for a in (0.6, 0.7, 0.8, 0.9)]
    [0.68, 0.97, 1.69, 4.1]
    """
    if raters < 3:
        raise ValueError(f"raters must be odd and above one, not {raters}")
    once = effective_labels(1, accuracy)
    several = effective_labels(1, majority_accuracy(accuracy, raters=raters))
    if once == 0:
        raise ValueError("accuracy must be above 0.5: labels that tell nothing pay at no overhead")
    return (raters * once - several) / (several - once) if several > once else math.inf
