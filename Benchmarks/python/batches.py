"""Batches of the kind that the public several-sample problems hold."""
import numpy as np

# What the problems' own samples show: their deviations from the mean have seven directions in
# common over all layers, so eight topics; a count scatters 10 % around its mixture besides
# sampling; topics spread like log-normals around a base of their layer.
TOPICS, SCATTER, BASE_VARIANCE, TOPIC_VARIANCE = 8, 0.1, 0.5, 0.65


class TopicWorld:
    """New experts' loads with a problem's shape: topics of each layer, mixed by batch.

    A batch's mixture is a Dirichlet draw, the same in all layers. Its concentration is chosen so
    that batches differ from each other as much as the problem's samples do.
    """

    def __init__(self, problem, rng):
        samples = np.array(problem["samples"], float)
        _, layers, experts = samples.shape
        base = rng.normal(0, np.sqrt(BASE_VARIANCE), (layers, experts))
        topics = np.exp(base + rng.normal(0, np.sqrt(TOPIC_VARIANCE), (TOPICS, layers, experts)))
        self.topics = topics / topics.sum(2, keepdims=True)
        self.mean = rng.dirichlet(np.full(TOPICS, 4.0))
        self.tokens = int(samples[0, 0].sum())
        self.rng = rng
        self.concentration = self._concentration(samples)

    def _concentration(self, samples):
        """A Dirichlet's covariance is (diag(m) - m m') / (concentration + 1)."""
        mean = samples.mean(0)
        measured = (samples.var(0, ddof=1) / (mean + 1)).mean() - 1 - SCATTER**2 * mean.mean()
        centre = np.tensordot(self.mean, self.topics, 1)
        spread = np.tensordot(self.mean, (self.topics - centre) ** 2, 1) * self.tokens**2
        single = (spread / (centre * self.tokens + 1)).mean()
        return max(0.5, single / max(measured, 1e-9) - 1)

    def batches(self, count):
        """Token counts by batch, layer and expert."""
        weights = self.rng.dirichlet(self.concentration * self.mean, count)
        shares = np.tensordot(weights, self.topics, 1)
        shares *= self.rng.lognormal(0, SCATTER, shares.shape)
        return self.rng.multinomial(self.tokens, shares / shares.sum(2, keepdims=True))
