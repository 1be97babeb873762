"""Networks: a gated recurrent unit, attention, PageRank. Plain NumPy."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru(inputs, state, parameters):
    """The last state of a gated recurrent unit that has read a sequence."""
    for x in inputs:
        both = np.concatenate([x, state])
        update = sigmoid(parameters["update"] @ both)
        reset = sigmoid(parameters["reset"] @ both)
        proposal = np.tanh(parameters["state"] @ np.concatenate([x, reset * state]))
        state = (1 - update) * state + update * proposal
    return state


def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def attention(tokens, query, key, value, heads=2):
    """Causal self-attention with several heads, and a residual path."""
    length, width = tokens.shape

    def split(x):
        return np.moveaxis(np.reshape(x, (length, heads, width // heads)), 1, 0)

    q, k, v = (split(tokens @ matrix) for matrix in (query, key, value))
    score = np.einsum("hqd,hkd->hqk", q, k) / np.sqrt(width // heads)
    score = np.where(np.tril(np.ones((length, length), bool)), score, -np.inf)
    mixed = np.einsum("hqk,hkd->hqd", softmax(score), v)
    return tokens + np.reshape(np.moveaxis(mixed, 0, 1), (length, width))


def pagerank(links, damping=0.85, steps=12):
    """The ranks of pages with weighted links, by power iteration."""
    count = len(links)
    moves = links / np.sum(links, axis=0)
    ranks = np.full(count, 1 / count)
    for _ in range(steps):
        ranks = damping * moves @ ranks + (1 - damping) / count
    return ranks
