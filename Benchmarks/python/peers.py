"""Plans problems with several methods and compares them; Benchmarks/peers starts it."""
import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys

import numpy as np

import moetuner_check
from batches import TopicWorld
from placement_math import largest_loads, shares

DATA = pathlib.Path(os.environ["SHUNT_SHARED_DATA"])
SHUNT = os.environ["SHUNT"]
SEEN, UNSEEN = 64, 256


def plan(problem, method, limit, work):
    """The placement file that shunt writes, or None where the method refuses the problem.

    A limit is seconds, or whole steps as an int, which do not depend on how busy the machine is.
    """
    source, target = work / "problem.json", work / "placement.json"
    source.write_text(json.dumps(problem))
    target.unlink(missing_ok=True)
    command = [SHUNT, "plan", "--problem", source, "--method", method,
               "--step-budget" if isinstance(limit, int) else "--time-limit", limit,
               "--output", target]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if not target.exists():
        print(f"    {method}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return json.loads(target.read_text())


def told(limit):
    return f"{limit:,} steps" if isinstance(limit, int) else f"{limit:g} s"


def score(problem, placement):
    """The objective by the problem schema's own scorer, which is not ours."""
    sys.path.insert(0, str(DATA / "planning"))
    from score import evaluate
    size = placement["slotsPerRank"]
    lists = [[[e for e in layer["slots"][r * size:(r + 1) * size] if e >= 0]
              for r in range(placement["ranks"])] for layer in placement["layers"]]
    return evaluate(problem, lists)


def on_means(problem):
    """The same problem judged by mean loads alone: what sample-blind packing sees."""
    return {**problem, "objective": {"kind": "balance"}, "samples": []}


def placements(problem, limit, glpk_seconds, work):
    yield "eplb", plan(problem, "eplb", 1.0, work)
    yield "LPT", plan(on_means(problem), "balanced", 1.0, work)
    yield "LPT-S", plan(problem, "balanced", 1.0, work)
    yield "moetuner", plan(problem, "moetuner", 10.0, work)
    if glpk_seconds:
        yield "GLPK", plan(problem, "naiveILP", glpk_seconds, work)
    yield "ilp", plan(problem, "ilp", limit, work)


def public(names, limit, glpk_seconds, work):
    print(f"\nPublic problems: objective of each method / ilp at {told(limit)} "
          f"(GLPK at {glpk_seconds} s)\n")
    print(f"{'problem':32}{'eplb':>8}{'LPT':>8}{'LPT-S':>8}{'moetuner':>10}{'GLPK':>8}"
          f"{'ilp':>15}{'gap':>8}  status")
    for name in names:
        problem = json.loads((DATA / "planning" / f"{name}.json").read_text())
        found = dict(placements(problem, limit, glpk_seconds, work))
        values = {key: score(problem, value) for key, value in found.items() if value}
        ours, certificate = values["ilp"], found["ilp"]["certificate"]

        def ratio(key):
            return f"{values[key] / ours:.3f}" if key in values else "-"
        print(f"{name:32}{ratio('eplb'):>8}{ratio('LPT'):>8}{ratio('LPT-S'):>8}"
              f"{ratio('moetuner'):>10}{ratio('GLPK'):>8}{ours:15.1f}"
              f"{100 * certificate['gap']:7.2f}%  {certificate['status']}", flush=True)
        assert abs(ours - certificate["objective"]) <= 1e-6 * ours, "the certificate is wrong"


def tokens_problem(rng):
    """DeepSeek-V2-Lite's measured tokens in batches of 1,024, 8 ranks of 8 slots: the first half
    of each domain's tokens to plan with, the second half to judge by."""
    rows = list(csv.DictReader(open(DATA / "public/routing/deepseek_v2_lite_tokens.csv")))
    domains = sorted({row["domain"] for row in rows})
    tokens = {}
    for domain in domains:
        digits = [row["experts_hex"] for row in rows if row["domain"] == domain]
        tokens[domain] = np.array([[int(line[i:i + 2], 16) for i in range(0, len(line), 2)]
                                   for line in digits]).reshape(len(digits), 26, 6)

    def batch(half):
        counts = np.zeros((26, 64), int)
        for domain, share in zip(domains, rng.dirichlet(np.full(len(domains), 0.5))):
            own = tokens[domain]
            middle = len(own) // 2
            pool = own[:middle] if half == 0 else own[middle:]
            for pick in pool[rng.integers(0, len(pool), round(share * 1024))]:
                for layer, experts in enumerate(pick):
                    counts[layer, experts] += 1
        return counts
    seen = np.array([batch(0) for _ in range(SEEN)])
    unseen = np.array([batch(1) for _ in range(UNSEEN)])
    problem = {"schema": "moe-placement-1", "name": "v2lite_tokens_g8", "model": "DeepSeek-V2-Lite",
               "layers": 26, "experts": 64, "top_k": 6, "gpus": 8, "gpus_per_node": 8,
               "slots_per_gpu": 8, "replica_split": "even", "transitions": []}
    return problem, seen, unseen


def unseen(names, limit, work):
    print(f"\nUnseen batches: {SEEN} to plan with, {UNSEEN} to judge by, {told(limit)}; expected and "
          "p99 of the sum over layers of the largest load, against eplb\n")
    print(f"{'problem':32}{'eplb mean':>12}{'LPT-S':>9}{'ilp':>9}{'eplb p99':>12}{'LPT-S':>9}{'ilp':>9}")
    rng = np.random.default_rng(20)
    cases = [tokens_problem(rng)]
    for name in names:
        problem = json.loads((DATA / "planning" / f"{name}.json").read_text())
        if problem["samples"]:
            world = TopicWorld(problem, rng)
            cases.append((problem, world.batches(SEEN), world.batches(UNSEEN)))
    for problem, seen, judged in cases:
        problem = {**problem, "objective": {"kind": "expected"}, "samples": seen.tolist(),
                   "loads": np.rint(seen.mean(0)).astype(int).tolist()}
        results = {}
        for key, method in [("eplb", "eplb"), ("LPT-S", "balanced"), ("ilp", "ilp")]:
            placement = plan(problem, method, limit, work)
            totals = largest_loads(shares(placement), judged).sum(1)
            results[key] = totals.mean(), np.quantile(totals, 0.99)
        eplb = results["eplb"]

        def change(key, which):
            return f"{100 * (results[key][which] / eplb[which] - 1):+.1f} %"
        print(f"{problem['name']:32}{eplb[0]:12.0f}{change('LPT-S', 0):>9}{change('ilp', 0):>9}"
              f"{eplb[1]:12.0f}{change('LPT-S', 1):>9}{change('ilp', 1):>9}", flush=True)


def node_limited(limit, work):
    print("\nDeepSeek-V3/R1 decode counts, 288 slots on 32 ranks in 4 nodes: largest / mean load\n")
    print(f"{'':32}{'eplb mean':>10}{'worst':>8}{'ilp mean':>10}{'worst':>8}{'bound mean':>12}{'worst':>8}")
    rows = [row for row in csv.reader(open(DATA / "public/routing/deepseek_v3_r1_load.csv"))
            if row[0] == "decode_in1000out1000"]
    loads = [[int(x) for x in row[3:]] for row in rows]
    problem = {"schema": "moe-placement-1", "name": "dsv3_decode", "model": "DeepSeek-V3",
               "layers": len(loads), "experts": 256, "top_k": 8, "gpus": 32, "gpus_per_node": 8,
               "slots_per_gpu": 9, "objective": {"kind": "balance"}, "replica_split": "even",
               "loads": loads, "samples": [], "transitions": []}
    mean = np.array(loads).sum(1) / 32
    for name, extra in [("8 groups, each in one node", {"expert_groups": 8}), ("no group limit", {})]:
        cells = ""
        for method in ["eplb", "ilp"]:
            placement = plan({**problem, **extra}, method, limit, work)
            parts = placement["certificate"]["layers"]
            ratios = np.array([part["objective"] for part in parts]) / mean
            cells += f"{ratios.mean():10.4f}{ratios.max():8.4f}"
        bounds = np.array([part["lowerBound"] for part in parts]) / mean
        print(f"{name:32}{cells}{bounds.mean():12.4f}{bounds.max():8.4f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--steps", type=int, help="a step budget instead of seconds")
    parser.add_argument("--part", choices=["public", "unseen", "nodes", "moetuner"])
    parser.add_argument("--glpk-seconds", type=float, default=60.0)
    parser.add_argument("--only", action="append")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    names = sorted(path.stem for path in (DATA / "planning").glob("*.json"))
    names = [name for name in names if not options.only or name in options.only]
    limit = options.steps or options.seconds
    glpk_seconds = 0 if options.quick else options.glpk_seconds
    parts = {"public": lambda: public(names, limit, glpk_seconds, options.work),
             "unseen": lambda: unseen(names, limit, options.work),
             "nodes": lambda: node_limited(limit, options.work),
             "moetuner": lambda: moetuner_check.run(DATA, plan, options.work)}
    for name, part in parts.items():
        if options.part in (None, name) and not (options.quick and name == "moetuner"):
            part()


if __name__ == "__main__":
    main()
