"""Transforms of np.fft: lengths that cut and fill, odd and even, axes, norms."""

from typing import Any

import numpy as np

from tests.autodiff.cases import Case, mixed


def real(function: Any, *args: Any, **options: Any) -> Any:
    """A transform of a real array, its real and imaginary parts as one array of real numbers."""

    def f(x: Any) -> Any:
        found = function(x, *args, **options)
        return np.stack([np.real(found) ** 2, np.imag(found)])

    return f


def back(function: Any, *args: Any, **options: Any) -> Any:
    """A transform of a complex array whose real and imaginary parts are two arguments."""
    return lambda x, y: real(function, *args, **options)(x + 1j * y)


x5, x6, x34 = mixed(5), mixed(6), mixed(3, 4)
ONE = {
    "fft": real(np.fft.fft),
    "fft cut": real(np.fft.fft, 3),
    "fft filled": real(np.fft.fft, 8, norm="ortho"),
    "ifft": real(np.fft.ifft),
    "ifft forward": real(np.fft.ifft, norm="forward"),
    "rfft": real(np.fft.rfft),
    "rfft cut": real(np.fft.rfft, 3, norm="ortho"),
    "rfft filled": real(np.fft.rfft, 8, norm="forward"),
    "irfft": np.fft.irfft,
    "ihfft": real(np.fft.ihfft),
    "fftshift": np.fft.fftshift,
    "ifftshift": np.fft.ifftshift,
}
SEVERAL = {
    "fft axis": real(np.fft.fft, axis=0),
    "fft2": real(np.fft.fft2),
    "fftn": real(np.fft.fftn, (2, 5), axes=(0, 1)),
    "ifft2": real(np.fft.ifft2, norm="ortho"),
    "ifftn": real(np.fft.ifftn, axes=(0,)),
    "rfft axis": real(np.fft.rfft, axis=0),
    "rfft2": real(np.fft.rfft2),
    "rfftn": real(np.fft.rfftn, (4, 3), axes=(1, 0)),
    "fftshift axis": lambda x: np.fft.fftshift(x, 1),
    "ifftshift axes": lambda x: np.fft.ifftshift(x, (0, 1)),
}
COMPLEX_INPUT = {
    "fft of complex numbers": (back(np.fft.fft), (5,)),
    "irfft of complex numbers": (back(np.fft.irfft), (4,)),
    "irfft odd": (back(np.fft.irfft, 5), (3,)),
    "irfft cut": (back(np.fft.irfft, 4, norm="ortho"), (6,)),
    "irfft filled": (back(np.fft.irfft, 9, norm="forward"), (3,)),
    "hfft": (back(np.fft.hfft), (4,)),
    "hfft odd": (back(np.fft.hfft, 5, norm="ortho"), (3,)),
    "irfft2": (back(np.fft.irfft2), (3, 3)),
    "irfftn": (back(np.fft.irfftn, (3, 5), axes=(0, 1)), (3, 3)),
    "ifftn of complex numbers": (back(np.fft.ifftn), (2, 3)),
}

CASES = [
    *(Case(f"{name} {len(x)}", f, (x,)) for name, f in ONE.items() for x in (x5, x6)),
    *(Case(name, f, (x34,)) for name, f in SEVERAL.items()),
    *(Case(name, f, (mixed(*shape), mixed(*shape, seed=5))) for name, (f, shape) in COMPLEX_INPUT.items()),
]
