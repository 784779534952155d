"""What a placement does to loads, written apart from the planner."""
import numpy as np


def shares(placement):
    """Share of each expert's tokens by layer, expert and rank, split evenly over copies."""
    size = placement["slotsPerRank"]
    result = np.zeros((len(placement["layers"]), placement["experts"], placement["ranks"]))
    for index, layer in enumerate(placement["layers"]):
        for slot, expert in enumerate(layer["slots"]):
            if expert >= 0:
                result[index, expert, slot // size] += 1
    return result / result.sum(2, keepdims=True)


def largest_loads(share, batches):
    """The busiest rank's tokens by batch and layer."""
    return np.einsum("ble,ler->blr", batches.astype(float), share, optimize=True).max(2)


def clusters(placement):
    """Experts of each rank, by layer."""
    size = placement["slotsPerRank"]
    return [[[e for e in layer["slots"][r * size:(r + 1) * size] if e >= 0]
             for r in range(placement["ranks"])] for layer in placement["layers"]]
