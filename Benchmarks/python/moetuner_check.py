"""MoETuner's two programs of a few Mixtral layers, written again for HiGHS and compared."""
import json

import numpy as np

from placement_math import clusters


def add(program, highspy, objective, columns, rows):
    """Columns as (lower, upper, integer), rows as (lower, upper, [(column, value)])."""
    for (lower, upper, integer), cost in zip(columns, objective):
        program.addVar(lower, upper)
        index = program.numVariables - 1
        program.changeColCost(index, cost)
        if integer:
            program.changeColIntegrality(index, highspy.HighsVarType.kInteger)
    for lower, upper, terms in rows:
        program.addRow(lower, upper, len(terms), np.array([t[0] for t in terms], dtype=np.int32),
                       np.array([t[1] for t in terms], dtype=float))


def solve(objective, columns, rows):
    import highspy
    program = highspy.Highs()
    program.setOptionValue("output_flag", False)
    program.setOptionValue("log_to_console", False)
    program.setOptionValue("mip_rel_gap", 0.0)
    add(program, highspy, objective, columns, rows)
    program.run()
    assert program.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return program.getObjectiveValue()


def balanced_clusters(loads, ranks, largest):
    """Program one: the least sum of deviations from the mean cluster load."""
    experts, mean, infinity = len(loads), sum(loads) / ranks, float("inf")
    columns = [(0, 1, True)] * (ranks * experts) + [(0, infinity, False)] * ranks
    rows = [(1, 1, [(c * experts + e, 1) for c in range(ranks)]) for e in range(experts)]
    for c in range(ranks):
        load = [(c * experts + e, loads[e] / mean) for e in range(experts)]
        deviation = ranks * experts + c
        rows.append((-infinity, 1, load + [(deviation, -1)]))
        rows.append((1, infinity, load + [(deviation, 1)]))
        rows.append((1, largest, [(c * experts + e, 1) for e in range(experts)]))
    return solve([0] * (ranks * experts) + [1] * ranks, columns, rows) * mean


def cheapest_pairs(flows, cost):
    """Program two: the least sum over boundaries of the dearest pair of ranks."""
    ranks, layers, infinity = len(cost), len(flows) + 1, float("inf")

    def on(layer, cluster, rank):
        return (layer * ranks + cluster) * ranks + rank
    columns = [(0, 1, True)] * (layers * ranks * ranks)
    rows = []
    for layer in range(layers):
        for i in range(ranks):
            rows.append((1, 1, [(on(layer, i, r), 1) for r in range(ranks)]))
            rows.append((1, 1, [(on(layer, c, i), 1) for c in range(ranks)]))
    objective = [0.0] * len(columns)
    scale = max(map(np.max, flows)) * np.max(cost)
    for layer, flow in enumerate(flows):
        dearest = len(columns)
        columns.append((0, infinity, False))
        objective.append(1.0)
        for g in range(ranks):
            for h in range(ranks):
                if cost[g][h] > 0:
                    # The pair carries one cluster each: whichever two they are.
                    for c in range(ranks):
                        for d in range(ranks):
                            price = flow[c][d] * cost[g][h] / scale
                            rows.append((-infinity, price, [
                                (on(layer, c, g), price), (on(layer + 1, d, h), price), (dearest, -1)]))
    return solve(objective, columns, rows) * scale


def run(data, plan, work):
    try:
        import highspy  # noqa: F401
    except ImportError:
        print("\nMoETuner's programs against HiGHS: highspy is missing, left out")
        return
    print("\nMoETuner's programs on the first layers of Mixtral against HiGHS\n")
    whole = json.loads((data / "planning/mixtral_joint_g4.json").read_text())
    # Eight ranks and three layers are more than HiGHS proves in minutes.
    for ranks, node, layers in [(4, 4, 3), (4, 2, 3), (8, 4, 2)]:
        problem = {**whole, "layers": layers, "loads": whole["loads"][:layers], "gpus": ranks,
                   "gpus_per_node": node, "transitions": whole["transitions"][:layers - 1],
                   "slots_per_gpu": 8 // ranks}
        placement = plan(problem, "moetuner", 10.0, work)
        groups = clusters(placement)
        ours = theirs = 0.0
        for layer, loads in enumerate(problem["loads"]):
            mean = sum(loads) / ranks
            ours += sum(abs(sum(loads[e] for e in group) - mean) for group in groups[layer])
            theirs += balanced_clusters(loads, ranks, 8 // ranks)
        cost = [[0 if g == h else problem["cost"][
            "intra_ns_per_token" if g // node == h // node else "inter_ns_per_token"]
            for h in range(ranks)] for g in range(ranks)]
        flows = []
        for layer in range(layers - 1):
            tokens = np.zeros((8, 8))
            for i, j, count in np.reshape(problem["transitions"][layer], (-1, 3)):
                tokens[i, j] += count
            flows.append(np.array([[tokens[np.ix_(a, b)].sum() for b in groups[layer + 1]]
                                   for a in groups[layer]]))
        dear = sum((flow * cost).max() for flow in flows)
        best = cheapest_pairs(flows, cost)
        print(f"  {ranks} ranks, {node} a node, {layers} layers: deviation {ours:.0f}, HiGHS {theirs:.0f}; "
              f"dearest pairs {dear:.6g}, HiGHS {best:.6g}", flush=True)
        assert abs(ours - theirs) <= 1e-4 * max(1, theirs) and abs(dear - best) <= 1e-5 * best
