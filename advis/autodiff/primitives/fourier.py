"""Discrete Fourier transforms: np.fft, real and complex, in one and more dimensions, with lengths and norms.

A transform is linear, and its matrix exp(−2πi j k / n) is symmetric: forward it is applied to the tangent, in reverse
to the adjoint (the pairing is Re Σ u v, without conjugation). Where the input is cut or filled with zeros to length n,
the adjoint is filled or cut back.
"""

from typing import Any

import numpy as np

from advis.autodiff.primitives.rule import Primitive, adapter, refuse, shape_of

_OTHER_NORM: dict[Any, Any] = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


def _fitted(g, shape, axes):
    """Cut an adjoint, or fill it with zeros, along the axes to a shape."""
    lengths = shape_of(g)
    cut = [slice(None)] * len(lengths)
    missing = [(0, 0)] * len(lengths)
    for axis in axes:
        cut[axis] = slice(shape[axis])
        missing[axis] = (0, max(shape[axis] - lengths[axis], 0))
    if any(shape[axis] < lengths[axis] for axis in axes):
        g = g[tuple(cut)]
    return np.pad(g, missing) if any(after for _, after in missing) else g


def _lengths(x, s, axes):
    """The transformed axes and their lengths, spelled out as ``np.fft.fftn`` takes them."""
    if axes is None:
        axes = range(-len(shape_of(x)) if s is None else -len(s), 0)
    axes = list(axes)
    if s is None:
        return [shape_of(x)[axis] for axis in axes], axes
    if len(s) != len(axes):
        raise ValueError("Shape and axes have different lengths.")
    return [shape_of(x)[axis] if n in (-1, None) else int(n) for n, axis in zip(s, axes, strict=True)], axes


def _complex_transform(function):
    return Primitive(
        function.__name__,
        function,
        (lambda t, ans, x, s, axes, norm: function(t, s, axes, norm),),
        (lambda g, ans, x, s, axes, norm: _fitted(function(g, s, axes, norm), shape_of(x), axes),),
        ("dense",),
        ("",),
    )


def _one_axis(function):
    """As above, but for the names of its options: ``n`` and ``axis``."""
    return Primitive(
        function.__name__,
        function,
        (lambda t, ans, x, n, axis, norm: function(t, n, axis, norm),),
        (lambda g, ans, x, n, axis, norm: _fitted(function(g, n, axis, norm), shape_of(x), (axis,)),),
        ("dense",),
        ("",),
    )


fft, ifft = _one_axis(np.fft.fft), _one_axis(np.fft.ifft)
fftn, ifftn = _complex_transform(np.fft.fftn), _complex_transform(np.fft.ifftn)


def _weights(n, count, ndim, axis, ends, others):
    """What the coefficients of half a spectrum weigh: the first and, of an even length n, the middle one differ."""
    weights = np.full(count, float(others))
    weights[0] = ends
    if n % 2 == 0:
        weights[n // 2 :] = ends
    return np.reshape(weights, [count if k == axis % ndim else 1 for k in range(ndim)])


def _real_length(x, n, axis):
    return shape_of(x)[axis] if n is None else n


def _rfft_vjp(g, ans, x, n, axis, norm):
    """Re Σ gₖ exp(−2πi j k / n) over half the spectrum: the real transform back, of all but the ends by half."""
    n = _real_length(x, n, axis)
    half = np.conjugate(g) * _weights(n, shape_of(g)[axis], len(shape_of(g)), axis, 1.0, 0.5)
    return _fitted(np.fft.irfft(half, n, axis, _OTHER_NORM[norm]), shape_of(x), (axis,))


def _irfft_vjp(g, ans, x, n, axis, norm):
    """The real transform of the adjoint, conjugated; all coefficients but the ends stand for two."""
    found = np.conjugate(np.fft.rfft(g, n, axis, _OTHER_NORM[norm]))
    weights = _weights(n, shape_of(found)[axis], len(shape_of(g)), axis, 1.0, 2.0)
    return _fitted(found * weights, shape_of(x), (axis,))


rfft = Primitive(
    "rfft",
    np.fft.rfft,
    (lambda t, ans, x, n, axis, norm: np.fft.rfft(t, n, axis, norm),),
    (_rfft_vjp,),
    ("dense",),
    ("",),
)
irfft = Primitive(
    "irfft",
    np.fft.irfft,
    (lambda t, ans, x, n, axis, norm: np.fft.irfft(t, n, axis, norm),),
    (_irfft_vjp,),
    ("dense",),
    ("",),
)


def _adapt_one(name, primitive):
    def adapt(a, n=None, axis=-1, norm=None, out=None):
        refuse(f"np.fft.{name}", out=out)
        return primitive(a, n=n, axis=axis, norm=norm)

    return adapt


adapter(np.fft.fft)(_adapt_one("fft", fft))
adapter(np.fft.ifft)(_adapt_one("ifft", ifft))
adapter(np.fft.rfft)(_adapt_one("rfft", rfft))


@adapter(np.fft.irfft)
def _irfft(a, n=None, axis=-1, norm=None, out=None):
    refuse("np.fft.irfft", out=out)
    return irfft(a, n=2 * (shape_of(a)[axis] - 1) if n is None else n, axis=axis, norm=norm)


@adapter(np.fft.hfft)
def _hfft(a, n=None, axis=-1, norm=None, out=None):
    refuse("np.fft.hfft", out=out)
    return np.fft.irfft(np.conjugate(a), n, axis, _OTHER_NORM.get(norm, norm))


@adapter(np.fft.ihfft)
def _ihfft(a, n=None, axis=-1, norm=None, out=None):
    refuse("np.fft.ihfft", out=out)
    return np.conjugate(np.fft.rfft(a, n, axis, _OTHER_NORM.get(norm, norm)))


def _adapt_several(name, primitive, default):
    def adapt(a, s=None, axes=default, norm=None, out=None):
        refuse(f"np.fft.{name}", out=out)
        s, axes = _lengths(a, s, axes)
        return primitive(a, s=tuple(s), axes=tuple(axes), norm=norm)

    return adapt


adapter(np.fft.fftn)(_adapt_several("fftn", fftn, None))
adapter(np.fft.fft2)(_adapt_several("fft2", fftn, (-2, -1)))
adapter(np.fft.ifftn)(_adapt_several("ifftn", ifftn, None))
adapter(np.fft.ifft2)(_adapt_several("ifft2", ifftn, (-2, -1)))


def _adapt_real(name, default):
    """The last axis by the real transform, then the others by the complex one, as NumPy does."""

    def adapt(a, s=None, axes=default, norm=None, out=None):
        refuse(f"np.fft.{name}", out=out)
        s, axes = _lengths(a, s, axes)
        a = np.fft.rfft(a, s[-1], axes[-1], norm)
        return np.fft.fftn(a, s[:-1], axes[:-1], norm) if axes[:-1] else a

    return adapt


adapter(np.fft.rfftn)(_adapt_real("rfftn", None))
adapter(np.fft.rfft2)(_adapt_real("rfft2", (-2, -1)))


def _adapt_real_inverse(name, default):
    def adapt(a, s=None, axes=default, norm=None, out=None):
        refuse(f"np.fft.{name}", out=out)
        last = None if s is None or s[-1] in (-1, None) else s[-1]
        s, axes = _lengths(a, s, axes)
        a = np.fft.ifftn(a, s[:-1], axes[:-1], norm) if axes[:-1] else a
        return np.fft.irfft(a, last, axes[-1], norm)

    return adapt


adapter(np.fft.irfftn)(_adapt_real_inverse("irfftn", None))
adapter(np.fft.irfft2)(_adapt_real_inverse("irfft2", (-2, -1)))


def _shift_axes(x, axes):
    return tuple(range(len(shape_of(x)))) if axes is None else axes if isinstance(axes, tuple) else (axes,)


@adapter(np.fft.fftshift)
def _fftshift(x, axes=None):
    axes = _shift_axes(x, axes)
    return np.roll(x, tuple(shape_of(x)[axis] // 2 for axis in axes), axes)


@adapter(np.fft.ifftshift)
def _ifftshift(x, axes=None):
    axes = _shift_axes(x, axes)
    return np.roll(x, tuple(-(shape_of(x)[axis] // 2) for axis in axes), axes)
