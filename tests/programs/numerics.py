"""Numerics: splines, convolution by Fourier transforms, prices of options, least squares. Plain NumPy, and SciPy."""

import numpy as np
from scipy.special import ndtr


def natural_spline(x, knots, heights):
    """The natural cubic spline through points, at x."""
    h = np.diff(knots)
    slopes = np.diff(heights) / h
    matrix = np.diag(2 * (h[:-1] + h[1:])) + np.diag(h[1:-1], 1) + np.diag(h[1:-1], -1)
    bends = np.pad(np.linalg.solve(matrix, 6 * np.diff(slopes)), 1)
    k = np.clip(np.searchsorted(knots, x) - 1, 0, len(h) - 1)
    left, right = knots[k + 1] - x, x - knots[k]
    cubic = (bends[k] * left**3 + bends[k + 1] * right**3) / (6 * h[k])
    linear = (heights[k] / h[k] - bends[k] * h[k] / 6) * left + (
        heights[k + 1] / h[k] - bends[k + 1] * h[k] / 6
    ) * right
    return cubic + linear


def fast_convolution(signal, kernel):
    """The convolution of two signals by Fourier transforms, and the energy of its upper half of frequencies."""
    length = len(signal) + len(kernel) - 1
    spectrum = np.fft.rfft(signal, length) * np.fft.rfft(kernel, length)
    upper = np.abs(spectrum[len(spectrum) // 2 :])
    return np.concatenate([np.fft.irfft(spectrum, length), np.atleast_1d(np.sum(upper**2))])


def black_scholes(spot, strike, rate, volatility, maturity):
    """Prices of European calls, and of the puts by their parity."""
    spread = volatility * np.sqrt(maturity)
    up = (np.log(spot / strike) + (rate + 0.5 * volatility**2) * maturity) / spread
    discount = strike * np.exp(-rate * maturity)
    call = spot * ndtr(up) - discount * ndtr(up - spread)
    return np.stack([call, call - spot + discount])


def gauss_newton(parameters, times, heights, steps=2):
    """Some steps of fitting a decaying oscillation by linear least squares."""
    for _ in range(steps):
        amplitude, decay, frequency = parameters
        wave, fade = np.sin(frequency * times), np.exp(-decay * times)
        model = amplitude * fade * wave
        columns = np.column_stack([fade * wave, -times * model, amplitude * fade * times * np.cos(frequency * times)])
        parameters = parameters + np.linalg.lstsq(columns, heights - model)[0]
    return parameters


def median_filter(signal, width=3):
    """Each sample replaced by the median of its neighbours, and the rises of what remains."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(signal, width // 2, mode="edge"), width)
    smooth = np.sort(windows, axis=-1)[:, width // 2]
    return np.stack([smooth, np.gradient(smooth)])
