#!/usr/bin/env python3
"""Fit one set of machine constants to the published bars of Least-Loaded Expert Parallelism.

Prints, for the constants the simulator uses and for fits on parts of the bars, the error of every
figure; then the memory rule. Needs numpy and scipy, takes seconds.
docs/reproductions/llep-model.md explains the model; docs/reproductions/llep-published.csv holds the
bars: arXiv 2601.17111, figures 1, 4, 6, 7 and 9, read from the printed labels (8 stands here).

usage: scripts/fit-llep-constants.py [--bars]     (--bars lists every bar)
"""

import csv
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

RANKS = 8
GIB = 2.0**30
HOT = (30, 50, 80, 95)  # percent of tokens that are hot

# ------------------------------------------------------------------------------------------------
# Published: layers (experts, top-k, row width D, expert width I, tokens per rank) and bars
# ------------------------------------------------------------------------------------------------

LAYERS = {
    "gpt-oss-120b": (128, 4, 2880, 2880, 32768),
    "deepseek-v3": (256, 8, 7168, 2048, 16384),
    "figure-1": (128, 4, 2048, 2048, 32768),
}
FIGURE_8 = {4: 12.60, 16: 12.28, 32: 12.23, 64: 12.51, 128: 12.99, 256: 14.88}  # ms, cuBLAS loop
PUBLISHED = Path(__file__).parent.parent / "docs" / "reproductions" / "llep-published.csv"


def published(quantity, figures):
    """Rows of the published bars; figures 1 and 4 go by the name of their layer."""
    with open(PUBLISHED, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = row["layer"] if row["figure"] in ("1a", "1b", "4") else row["figure"]
            if row["quantity"] == quantity and name in figures:
                yield name, row


# ------------------------------------------------------------------------------------------------
# Constants: what the simulator uses. Name: (value, unit, fitted?, meaning)
# ------------------------------------------------------------------------------------------------

CONSTANTS = {
    "gemmRate": (720, "TFLOP/s", False, "sustained grouped bf16 GEMM, Figure 8 (0.73 of peak)"),
    "expertLaunch": (0.027, "ms", False, "an expert in the loop: 3 launches of 9 us, Figure 8"),
    "memoryRate": (4000, "GB/s", False, "streaming HBM rate (0.83 of 4.8 TB/s)"),
    "linkRate": (360, "GB/s", False, "all-to-all rate of a port, each direction (0.80 of 450)"),
    "epSourcePasses": (5, "passes", False, "row-wide passes over a rank's own copies, EP"),
    "llepSourcePasses": (7, "passes", False, "the same under LLEP: tagging and one more sort"),
    "epRowPasses": (6, "passes", False, "row-wide passes over received copies, EP"),
    "llepRowPasses": (17, "passes", True, "the same under LLEP: gathered and put back by expert"),
    "epActivationPasses": (27, "passes", True, "passes of expert width, whole batch unfused, EP"),
    "llepActivationPasses": (8, "passes", False, "the same expert by expert, LLEP"),
    "layerOverhead": (2.35, "ms", True, "router, counts, host work of the collectives"),
    "planPerExpert": (0.035, "ms", True, "LLEP's plan on the host, for each expert of the layer"),
    "transferPost": (0.170, "ms", True, "posting an expert's four tensors at sender or receiver"),
}
FITTED = {  # name: (prior, low, high)
    "llepRowPasses": (12, 0, 40),
    "epActivationPasses": (28, 0, 60),
    "layerOverhead": (2, 0, 5),
    "planPerExpert": (0.02, 0, 0.05),
    "transferPost": (0.2, 0, 1),
}

# ------------------------------------------------------------------------------------------------
# Routing, plan and traffic
# ------------------------------------------------------------------------------------------------


def released_counts(experts, top_k, tokens, hot_percent, hot_experts):
    """Copies of each expert on one rank; a token is numbered from the rank's first, hot or cold."""
    counts = np.zeros(experts, dtype=np.int64)
    hot = tokens * hot_percent // 100 if hot_experts else 0
    cold_experts = experts - hot_experts
    for slot in range(top_k):
        if hot_experts:
            counts[slot % hot_experts] += hot
        ids = (np.arange(hot, tokens) + slot) % cold_experts
        counts[hot_experts:] += np.bincount(ids, minlength=cold_experts)
    return counts


def least_loaded_plan(loads, homes, factor, chunk):
    """Intervals (rank, start, end) of every expert and the set of transfers (expert, from, to)."""
    capacity = max(1, int(factor * (sum(loads) // RANKS)))
    effective = [0] * RANKS
    for expert, load in enumerate(loads):
        effective[homes[expert]] += load
    intervals, transfers = {}, set()
    for expert in sorted(range(len(loads)), key=lambda e: -loads[e]):
        load, home = loads[expert], homes[expert]
        if load == 0:
            continue
        kept = min(load, max(0, capacity - (effective[home] - load)))
        effective[home] += kept - load
        pieces = [(home, 0, kept)] if kept else []
        start = kept
        while start < load:
            # Later helpers have less room than the least loaded: either it is taken or forced.
            helper = min((g for g in range(RANKS) if g != home), key=lambda g: (effective[g], g))
            rest, room = load - start, capacity - effective[helper]
            taken = min(rest, room) if room >= rest or room >= max(1, chunk) else rest
            effective[helper] += taken
            pieces.append((helper, start, start + taken))
            transfers.add((expert, home, helper))
            start += taken
        intervals[expert] = pieces
    return intervals, transfers


class Side:
    """Traffic and rows of one way to carry out a layer."""

    def __init__(self, counts, intervals, homes):
        experts = len(counts)
        self.rows = np.zeros((RANKS, experts))
        matrix = np.zeros((RANKS, RANKS))
        for expert in range(experts):
            count = int(counts[expert])  # all sources alike: source s holds [s·count, (s+1)·count)
            for rank, start, end in intervals.get(expert, [(homes[expert], 0, count * RANKS)]):
                self.rows[rank, expert] += end - start
                for source in range(RANKS):
                    overlap = min(end, (source + 1) * count) - max(start, source * count)
                    matrix[source, rank] += max(0, overlap)
        np.fill_diagonal(matrix, 0)
        self.sent, self.received = matrix.sum(1), matrix.sum(0)
        self.load, self.present = self.rows.sum(1), (self.rows > 0).sum(1)


class Case:
    """One bar: the layer, EP's and LLEP's side, and what was published."""

    def __init__(
        self, figure, label, layer, hot, hot_experts, published, factor=1.0, threshold=1.3
    ):
        self.figure, self.label, self.published = figure, label, published
        self.experts, self.top_k, self.D, self.I, self.tokens = layer
        counts = released_counts(self.experts, self.top_k, self.tokens, hot, hot_experts)
        homes = [e * RANKS // self.experts for e in range(self.experts)]
        loads = [int(c) * RANKS for c in counts]
        self.ep = Side(counts, {}, homes)
        ratio = self.ep.load.max() / self.ep.load.mean()
        self.gated = threshold is not None and ratio < threshold
        intervals, transfers = ({}, set()) if self.gated else least_loaded_plan(
            loads, homes, factor, 1024)
        self.llep = Side(counts, intervals, homes)
        self.weights_out, self.weights_in = np.zeros(RANKS), np.zeros(RANKS)
        for _, source, destination in transfers:
            self.weights_out[source] += 1
            self.weights_in[destination] += 1
        self.row_bytes = 2 * self.D
        self.expert_bytes = 2 * 3 * self.D * self.I


def case_of(name, row, bar, **changed):
    """The layer of a published row; what the row says of algorithm and load, unless changed."""
    _, top_k, D, I, _ = LAYERS[row["layer"]]
    hot, hot_experts = int(row["hotPercent"]), int(row["hotExperts"])
    factor, threshold = float(row["capacityFactor"]), float(row["imbalanceThreshold"])
    label = f"{hot}%/{hot_experts}" if hot_experts else "balanced"
    labels = {
        "6a": f"{hot}% B={int(row['tokensPerRank']) // 1024}K",
        "6b": f"{hot}% a={factor}",
        "7a": f"{hot}% t={threshold}",
    }
    layer = changed.get("layer", (int(row["experts"]), top_k, D, I, int(row["tokensPerRank"])))
    threshold = changed.get("threshold", threshold)
    label = labels.get(name, label)
    return Case(name, label, layer, hot, hot_experts, bar, factor=factor, threshold=threshold)


def all_cases():
    rows = published("speedup", FIGURES)
    return [case_of(name, row, float(row["published"])) for name, row in rows]


# ------------------------------------------------------------------------------------------------
# The model of a layer's forward time, in milliseconds
# ------------------------------------------------------------------------------------------------


def expert_compute(case, side, c, row_passes, activation_passes):
    """Each rank: GEMMs at the sustained rate, launches of each expert, memory passes."""
    flops = 6.0 * side.load * case.D * case.I
    passes = side.load * 2 * (row_passes * case.D + activation_passes * case.I)
    return (
        flops / (c["gemmRate"] * 1e9)
        + side.present * c["expertLaunch"]
        + passes / (c["memoryRate"] * 1e6)
    )


def exchange(case, side, c, weights=False):
    """The busiest port, send or receive; LLEP's weights share the ports with the tokens."""
    sent, received = side.sent * case.row_bytes, side.received * case.row_bytes
    if weights:
        sent = sent + case.weights_out * case.expert_bytes
        received = received + case.weights_in * case.expert_bytes
    return np.maximum(sent, received).max() / (c["linkRate"] * 1e6)


def source_passes(case, c, passes):
    return case.tokens * case.top_k * case.row_bytes * passes / (c["memoryRate"] * 1e6)


SUM_PASSES = 3  # of the source passes: un-sorting and summing, after combine


def ep_time(case, c):
    compute = expert_compute(case, case.ep, c, c["epRowPasses"], c["epActivationPasses"])
    own = source_passes(case, c, c["epSourcePasses"])
    return c["layerOverhead"] + own + 2 * exchange(case, case.ep, c) + compute.max()


def llep_time(case, c, posted_first=True):
    compute = expert_compute(case, case.llep, c, c["llepRowPasses"], c["llepActivationPasses"])
    gather = source_passes(case, c, c["llepSourcePasses"] - SUM_PASSES)
    time = c["layerOverhead"] + source_passes(case, c, SUM_PASSES) + compute.max()
    time += exchange(case, case.llep, c)  # combine
    if case.gated:
        return time + gather + exchange(case, case.llep, c)
    time += c["planPerExpert"] * case.experts
    dispatch = gather + exchange(case, case.llep, c, weights=True)
    if posted_first:  # the host posts the weights before it issues the tokens
        posted = np.maximum(case.weights_out, case.weights_in).max()
        return time + c["transferPost"] * posted + dispatch
    # Posted beside the tokens: the last weights leave when all before them are posted.
    last = case.expert_bytes / (c["linkRate"] * 1e6)
    return time + max(dispatch, c["transferPost"] * case.weights_out.max() + last)


def speedup(case, c, **form):
    return ep_time(case, c) / llep_time(case, c, **form)


# ------------------------------------------------------------------------------------------------
# Fit and report
# ------------------------------------------------------------------------------------------------

FIGURES = ("gpt-oss-120b", "deepseek-v3", "figure-1", "6a", "6b", "7a")


def constants(**changed):
    return {name: float(row[0]) for name, row in CONSTANTS.items()} | changed


def fit(cases, figures, **form):
    """Robust least squares on log ratios (scale 4 %), with a weak prior over the allowed range."""
    used = [case for case in cases if case.figure in figures]
    names = list(FITTED)
    prior, low, high = (np.array([FITTED[n][i] for n in names], float) for i in range(3))

    def unpack(z):
        return constants(**dict(zip(names, low + (high - low) * z)))

    def residuals(z):
        c = unpack(z)
        errors = [np.log(speedup(case, c, **form) / case.published) / 0.04 for case in used]
        return np.array(errors + list(0.5 * (z - start)))

    start = (prior - low) / (high - low)
    result = least_squares(residuals, start, bounds=(0, 1), loss="soft_l1")
    covariance = np.linalg.pinv(result.jac.T @ result.jac)
    errors = np.sqrt(np.diag(covariance)) * (high - low)
    return unpack(result.x), dict(zip(names, errors))


def errors_of(cases, c, figure, **form):
    bars = [x for x in cases if x.figure == figure]
    return np.array([speedup(x, c, **form) / x.published - 1 for x in bars]) * 100


def report(cases, c, title, fitted=FIGURES, **form):
    print(f"\n{title}")
    print("  " + ", ".join(f"{n} {c[n]:.4g}" for n in FITTED))
    for figure in FIGURES:
        e = errors_of(cases, c, figure, **form)
        mark = "" if figure in fitted else "  held out"
        print(
            f"  {figure:13s} median {np.median(abs(e)):4.1f} %  worst {abs(e).max():4.1f} %"
            f"  mean {e.mean():+5.1f} %{mark}"
        )
    judged = np.concatenate([errors_of(cases, c, f, **form) for f in FIGURES[:3]])
    print(f"  Figures 1+4   median {np.median(abs(judged)):4.1f} %  worst {abs(judged).max():4.1f} %")


def fit_figure_8():
    """65536 rows over N experts of 8192 × 8192: t = flops / rate + N × launch."""
    flops = 2.0 * 65536 * 8192 * 8192
    experts = np.array(list(FIGURE_8), float)
    design = np.stack([np.full_like(experts, flops / 1e9), experts], axis=1)
    weights = 1 / np.array(list(FIGURE_8.values()))
    solution = np.linalg.lstsq(design * weights[:, None], np.ones(len(experts)), rcond=None)[0]
    print("Figure 8: sustained %.0f TFLOP/s, %.1f us a GEMM" % (1 / solution[0], solution[1] * 1e3))


def figure_9(c):
    """The sweep as captioned, and with copies per rank in proportion to the experts."""
    _, _, D, I, _ = LAYERS["figure-1"]
    readings = (
        ("K = 4, B = 32K", lambda n: (n, 4, D, I, 32768)),
        ("K = N/32, B = 32K", lambda n: (n, max(1, n // 32), D, I, 32768)),
        ("K = 4, B = 256 N", lambda n: (n, 4, D, I, 256 * n)),
    )
    print("\nFigure 9 (not fitted), simulated/published at N = 16 32 64 128 256")
    for name, layer in readings:
        print(f"  {name}")
        cells = {}
        for _, row in published("speedup", ("9",)):
            bar = float(row["published"])
            case = case_of("9", row, bar, layer=layer(int(row["experts"])), threshold=None)
            text = f"{speedup(case, c):.2f}/{bar:.2f}"
            cells.setdefault(row["hotPercent"], []).append(text)
        for hot, texts in cells.items():
            print(f"    {hot} %  " + "  ".join(texts))


def predictions(fits):
    """Layers without published bars here, under every fit: how far the constants' doubt reaches."""
    cases = [
        Case("", f"Kimi-K2 {hot}%/{n}", (384, 8, 7168, 2048, 16384), hot, n, 1)
        for n in (16, 4, 1)
        for hot in HOT
    ]
    cases += [
        Case("", f"D = I = {width} 95%/4", (128, 4, width, width, 32768), 95, 4, 1)
        for width in (1024, 2048, 4096)
    ]
    print("\nPredicted speed-ups: the simulator's constants, and the range over the fits above")
    for case in cases:
        values = [speedup(case, c) for c in fits]
        value = speedup(case, constants())
        print(f"  {case.label:20s} {value:5.2f}   {min(values):5.2f} to {max(values):5.2f}")


# ------------------------------------------------------------------------------------------------
# Memory
# ------------------------------------------------------------------------------------------------

RESERVED = 0.65  # GiB: context, libraries, allocator rounding
PER_LAYER = {"gpt-oss-120b": 1.66, "deepseek-v3": 2.04, "figure-1": 0.56}  # GiB, fitted to EP
COMBINE_ROWS = 5.4  # K-fold row buffers alive while LLEP combines
EP_COMBINE_ROWS = 5.1  # and while EP does: one published bar, DeepSeek-V3 balanced


def memory(case):
    """EP's and LLEP's peak without what is reserved, and one K-fold row buffer, in GiB."""
    weights = case.experts * case.expert_bytes / GIB
    rows = case.tokens * case.top_k * case.row_bytes / GIB
    received = case.ep.load.max() * 2 * (3 * case.D + 7 * case.I) / GIB
    side = case.llep
    computing = 2 * (3 * case.D * side.load + 7 * case.I * side.rows.max(1)) / GIB
    foreign = case.weights_in * case.expert_bytes / GIB
    llep = (foreign + np.maximum(computing, COMBINE_ROWS * rows)).max()
    return weights + max(received, EP_COMBINE_ROWS * rows), weights + llep, rows


def report_memory():
    print("\nMemory: worst difference in GiB, EP and LLEP")
    for name in LAYERS:
        one, own = [], []
        bars = zip(published("epPeakGiB", (name,)), published("llepPeakGiB", (name,)))
        for (_, row), (_, llep_row) in bars:
            both = np.array([float(row["published"]), float(llep_row["published"])])
            ep, llep, buffer = memory(case_of(name, row, 1))
            simulated = np.array([ep, llep])
            one.append(simulated + RESERVED + buffer - both)
            own.append(simulated + PER_LAYER[name] - both)
        one, own = abs(np.array(one)).max(0), abs(np.array(own)).max(0)
        print(
            f"  {name:13s} {RESERVED} GiB + K-fold rows: {one[0]:.2f} {one[1]:.2f}"
            f"    {PER_LAYER[name]} GiB stated: {own[0]:.2f} {own[1]:.2f}"
        )


def main():
    cases = all_cases()
    fit_figure_8()
    fixed = [n for n in CONSTANTS if n not in FITTED]
    print("fixed: " + ", ".join(f"{n} {CONSTANTS[n][0]} {CONSTANTS[n][1]}" for n in fixed))
    report(cases, constants(), "Constants as the simulator uses them (rounded fit on everything)")
    splits = (
        ("everything", FIGURES),
        ("Figure 4 alone", FIGURES[:2]),
        ("everything but DeepSeek-V3", ("gpt-oss-120b", "figure-1", "6a", "6b", "7a")),
        ("everything but gpt-oss-120b", ("deepseek-v3", "figure-1", "6a", "6b", "7a")),
        ("gpt-oss-120b and Figure 1", ("gpt-oss-120b", "figure-1")),
    )
    fits = []
    for title, figures in splits:
        fitted, spread = fit(cases, figures)
        report(cases, fitted, f"Fitted on {title}", figures)
        fits.append(fitted)
        print("  ± " + ", ".join(f"{n} {s:.2g}" for n, s in spread.items()))
    other, _ = fit(cases, FIGURES, posted_first=False)
    title = "Another form, weights posted beside gather and tokens, fitted on everything"
    report(cases, other, title, posted_first=False)
    figure_9(constants())
    predictions(fits)
    report_memory()
    if "--bars" in sys.argv:
        print("\nfigure, bar, published, simulated, EP ms, LLEP ms")
        c = constants()
        for x in cases:
            print(
                f"{x.figure:13s} {x.label:12s} {x.published:5.2f} {speedup(x, c):5.2f}"
                f" {ep_time(x, c):7.2f} {llep_time(x, c):7.2f}"
            )


if __name__ == "__main__":
    if {"-h", "--help"} & set(sys.argv):
        print(__doc__)
    else:
        main()
