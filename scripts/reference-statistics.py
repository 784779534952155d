#!/usr/bin/env python3
"""Computes, with SciPy, NumPy and mpmath, what StatisticsTests compares our statistics with.

Usage: scripts/reference-statistics.py > Tests/StatisticsTests/ReferenceValues.swift

Needs scipy 1.11 or later and mpmath (pip install scipy mpmath). Inputs are not listed: `series`
below and `ReferenceInput` in the tests make the same numbers with arithmetic that IEEE 754 fixes.
"""

import math

import mpmath
import numpy as np
from scipy import optimize, stats

mpmath.mp.dps = 40


def shares(count, salt):
    """Numbers in [0, 1), scattered by a quadratic residue."""
    return np.array([((salt * i * i + 7919 * i + 12345) % 10007) / 10007 for i in range(count)])


def series(kind, count, salt):
    """The inputs: light has both ends, heavy falls like a power with exponent 2."""
    u = shares(count, salt)
    if kind == "light":
        return 20 + 10 * u + 5 * u * u * u
    return 1 / np.sqrt(1 - u)


CASES = [
    ("light", 5, 3), ("light", 40, 7), ("light", 400, 11), ("heavy", 40, 5), ("heavy", 1000, 13),
]


def number(value):
    return "nil" if value is None or not math.isfinite(value) else repr(float(value))


def listed(values):
    return "[" + ", ".join(number(v) for v in values) + "]"


def summaries():
    for kind, count, salt in CASES:
        x = series(kind, count, salt)
        low, high = stats.t.interval(0.95, count - 1, loc=x.mean(), scale=stats.sem(x))
        quantiles = [np.quantile(x, p) for p in (0.5, 0.9, 0.95, 0.99)]
        exact = []
        for p in (0.5, 0.95, 0.99):
            test = stats.quantile_test(x, q=np.quantile(x, p), p=p)
            interval = test.confidence_interval(confidence_level=0.95)
            exact += [interval.low, interval.high]
        yield (
            f'    SummaryRow(input: .init(.{kind}, {count}, {salt}), mean: {number(x.mean())},\n'
            f"      standardDeviation: {number(x.std(ddof=1))}, quantiles: {listed(quantiles)},\n"
            f"      mean95: {listed([low, high])},\n"
            f"      exactQuantiles95: {listed(exact)}),"
        )


def fieller(a, b, confidence):
    """Both ends of the ratio mean(a)/mean(b), as the roots of the defining equation."""
    n = len(a)
    factor = stats.t.ppf(1 - (1 - confidence) / 2, n - 1)

    def rejected(theta):
        d = a - theta * b
        return d.mean() ** 2 - factor**2 * d.var(ddof=1) / n

    centre = a.mean() / b.mean()
    ends = (-0.9 * centre, 999 * centre)
    return [optimize.brentq(rejected, centre + side, centre, xtol=1e-15) for side in ends]


def comparisons():
    for left, right, shift in [
        (("light", 40, 7), ("light", 40, 19), 0),
        (("light", 40, 7), ("heavy", 40, 5), 0),
        (("light", 400, 11), ("light", 400, 23), 1),
        (("heavy", 1000, 13), ("light", 1000, 29), 24),
    ]:
        a, b = series(*left) + shift, series(*right)
        test = stats.ttest_rel(b, a)
        interval = test.confidence_interval(0.95)
        yield (
            f"    ComparisonRow(baseline: .init(.{left[0]}, {left[1]}, {left[2]}),"
            f" candidate: .init(.{right[0]}, {right[1]}, {right[2]}),\n"
            f"      shift: {shift}, difference: {number((b - a).mean())},"
            f" pValue: {number(test.pvalue)},\n"
            f"      difference95: {listed([interval.low, interval.high])},\n"
            f"      speedup: {number(a.mean() / b.mean())},"
            f" speedup95: {listed(fieller(a, b, 0.95))}),"
        )


def bootstraps():
    x = series("heavy", 40, 5)
    def deviation(values, axis=-1):
        return np.std(values, axis=axis, ddof=1)

    for name, statistic in [("mean", np.mean), ("standardDeviation", deviation)]:
        result = stats.bootstrap(
            (x,), statistic, n_resamples=149, method="BCa", confidence_level=0.9,
            rng=np.random.default_rng(3), vectorized=True)
        interval = result.confidence_interval
        leave = [statistic(np.delete(x, i)) for i in range(len(x))]
        yield (
            f'    BootstrapRow(statistic: "{name}", estimate: {number(statistic(x))},\n'
            f"      replicates: {listed(result.bootstrap_distribution)},\n"
            f"      leaveOneOut: {listed(leave)},\n"
            f"      interval90: {listed([interval.low, interval.high])}),"
        )


def pareto(count, salt, threshold):
    """The maximum of the full two-parameter likelihood, by Newton in 40 digits."""
    x = series("heavy", count, salt)
    y = x[x > threshold] - threshold
    shape, _, scale = stats.genpareto.fit(y, floc=0)
    exact = [mpmath.mpf(float(v)) for v in y]

    def gradient(xi, sigma):
        t = [1 + xi * v / sigma for v in exact]
        by_shape = sum(mpmath.log(v) for v in t) / xi**2 - (1 + 1 / xi) * sum(
            v / sigma / w for v, w in zip(exact, t))
        by_scale = -len(exact) / sigma + (1 + 1 / xi) * sum(
            xi * v / sigma**2 / w for v, w in zip(exact, t))
        return by_shape, by_scale

    xi, sigma = mpmath.findroot(gradient, (shape, scale))
    law = stats.genpareto(float(xi), scale=float(sigma))
    y = np.sort(y)
    i = np.arange(1, len(y) + 1)
    distance = -len(y) - np.mean((2 * i - 1) * (law.logcdf(y) + law.logsf(y[::-1])))
    return (
        f"    ParetoRow(input: .init(.heavy, {count}, {salt}), threshold: {threshold},"
        f" shape: {number(xi)}, scale: {number(sigma)},\n"
        f"      distance: {number(distance)}, survivalAt2: {number(law.sf(2))},"
        f" excessAt1In1000: {number(law.isf(0.001))}),"
    )


def histograms():
    inputs = [(("light", 400, 11), 7), (("heavy", 1000, 13), "fd"), (("light", 40, 7), "fd")]
    for (kind, count, salt), bins in inputs:
        counts, edges = np.histogram(series(kind, count, salt), bins=bins)
        yield (
            f"    HistogramRow(input: .init(.{kind}, {count}, {salt}),"
            f" bins: {'nil' if bins == 'fd' else bins}, counts: {list(map(int, counts))},\n"
            f"      firstEdge: {number(edges[0])}, secondEdge: {number(edges[1])}),"
        )


def batches():
    for (kind, count, salt), number_of in [(("light", 400, 11), 20), (("heavy", 1000, 13), 31)]:
        x = series(kind, count, salt)
        length = count // number_of
        x = x[-length * number_of:]
        means = x.reshape(number_of, length).mean(axis=1)
        low, high = stats.t.interval(0.95, number_of - 1, loc=means.mean(), scale=stats.sem(means))
        effective = len(x) * x.var(ddof=1) / (length * means.var(ddof=1))
        effective = min(len(x), max(1, effective))
        d = means - means.mean()
        lag = (d[1:] * d[:-1]).sum() / (d * d).sum()
        yield (
            f"    BatchRow(input: .init(.{kind}, {count}, {salt}), batches: {number_of},\n"
            f"      mean: {number(x.mean())}, mean95: {listed([low, high])},\n"
            f"      effective: {number(effective)}, correlation: {number(lag)}),"
        )


def table(name, row, rows):
    print(f"\n  static let {name}: [{row}] = [")
    for text in rows:
        print(text)
    print("  ]")


print("// Written by scripts/reference-statistics.py with SciPy, NumPy and mpmath; do not edit.")
print("// swift-format-ignore-file")
print("\nenum ReferenceValues {", end="")
table("summaries", "SummaryRow", summaries())
table("comparisons", "ComparisonRow", comparisons())
table("bootstraps", "BootstrapRow", bootstraps())
table("paretos", "ParetoRow", [pareto(400, 17, 1.5), pareto(1000, 13, 2.0), pareto(5000, 31, 1.25)])
table("histograms", "HistogramRow", histograms())
table("batches", "BatchRow", batches())
print("}")
