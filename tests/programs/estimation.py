"""Statistics: a Kalman filter, a Gaussian process, logistic regression, principal components. Plain NumPy."""

import numpy as np


def kalman_log_likelihood(transition, noise, observed):
    """The log-likelihood of observations of the first coordinate of a linear system with Gaussian noise."""
    n = len(transition)
    mean, covariance = np.zeros(n), np.eye(n)
    row = np.eye(n)[:1]
    total = 0.0
    for y in observed:
        mean = transition @ mean
        covariance = transition @ covariance @ transition.T + noise[0] * np.eye(n)
        spread = row @ covariance @ row.T + noise[1] * np.eye(1)
        gain = covariance @ row.T @ np.linalg.inv(spread)
        surprise = y - row @ mean
        _, logdet = np.linalg.slogdet(2 * np.pi * spread)
        total -= 0.5 * (logdet + surprise @ np.linalg.solve(spread, surprise))
        mean = mean + gain @ surprise
        covariance = (np.eye(n) - gain @ row) @ covariance
    return total


def gaussian_process_log_likelihood(log_scale, log_length, log_noise, points, heights):
    """The marginal likelihood of heights at points, with a squared-exponential kernel, by a Cholesky factor."""
    distances = (points[:, np.newaxis] - points) / np.exp(log_length)
    kernel = np.exp(2 * log_scale) * np.exp(-0.5 * distances**2) + np.exp(2 * log_noise) * np.eye(len(points))
    factor = np.linalg.cholesky(kernel)
    weights = np.linalg.solve(factor.T, np.linalg.solve(factor, heights))
    logdet = 2 * np.sum(np.log(np.diagonal(factor)))
    return -0.5 * (heights @ weights + logdet + len(points) * np.log(2 * np.pi))


def logistic_loss(weights, bias, rows, labels, decay=0.1):
    """The mean cross-entropy of labels 0 and 1, with weight decay."""
    score = rows @ weights + bias
    return np.mean(np.logaddexp(0.0, score) - labels * score) + decay * np.sum(weights**2)


def unexplained_variance(rows, count=2):
    """What the first principal components leave unexplained, and how the rows look in them."""
    centered = rows - np.mean(rows, axis=0)
    u, s, vh = np.linalg.svd(centered, full_matrices=False)
    shadow = (u[:, :count] * s[:count]) @ vh[:count]
    return np.sum((centered - shadow) ** 2) / np.sum(s**2) + np.sum(np.abs(shadow)) / rows.size


def spectral_gap(weights):
    """The second eigenvalue of a graph's Laplacian, and how unevenly its vector cuts the graph."""
    symmetric = np.triu(weights, 1) + np.triu(weights, 1).T
    laplacian = np.diag(np.sum(symmetric, axis=1)) - symmetric
    values, vectors = np.linalg.eigh(laplacian)
    return values[1] + np.sum(vectors[:, 1] ** 4)
