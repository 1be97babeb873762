"""What is not recorded, and why: shown in the documentation, and in the error that a reader gets."""

from __future__ import annotations

_PLAIN_ARRAY = "it makes a plain array, in which a derivative would be lost"
_BYTES = "it looks at an array's bytes"
_SETS = "which elements a set has is a choice, and their order is that of sorting"

LEFT_OUT: dict[str, tuple[str, str]] = {
    "ndarray.base": (_BYTES, "leave it out"),
    "ndarray.byteswap": (_BYTES, "leave it out"),
    "ndarray.ctypes": (_BYTES, "leave it out"),
    "ndarray.data": (_BYTES, "leave it out"),
    "ndarray.device": (_BYTES, "leave it out"),
    "ndarray.dump": (_BYTES, "return x from f, and save it there"),
    "ndarray.dumps": (_BYTES, "return x from f, and save it there"),
    "ndarray.flags": (_BYTES, "leave it out"),
    "ndarray.getfield": (_BYTES, "write x.real or x.imag"),
    "ndarray.resize": ("it changes an array's shape where it stands", "write np.resize(x, shape)"),
    "ndarray.setfield": (_BYTES, "write x[...] = values"),
    "ndarray.setflags": (_BYTES, "leave it out"),
    "ndarray.strides": (_BYTES, "leave it out"),
    "ndarray.to_device": (_BYTES, "leave it out"),
    "ndarray.tobytes": (_BYTES, "return x from f, and save it there"),
    "ndarray.tofile": (_BYTES, "return x from f, and save it there"),
    "ndarray.view": (_BYTES, "write x.astype(dtype), or x.copy()"),
    "np.arange": (_PLAIN_ARRAY, "write x * np.arange(n)"),
    "np.array": (_PLAIN_ARRAY, "write np.stack([x0, x1])"),
    "np.asanyarray": (_PLAIN_ARRAY, "leave it out"),
    "np.asarray": (_PLAIN_ARRAY, "leave it out"),
    "np.asarray_chkfinite": (_PLAIN_ARRAY, "write np.all(np.isfinite(x))"),
    "np.ascontiguousarray": (_PLAIN_ARRAY, "leave it out"),
    "np.asfortranarray": (_PLAIN_ARRAY, "leave it out"),
    "np.asmatrix": ("NumPy's matrices are not recorded", "leave it out"),
    "np.bmat": ("NumPy's matrices are not recorded", "write np.block"),
    "np.full": (_PLAIN_ARRAY, "write np.full_like(x, value, shape=n), or value * np.ones(n)"),
    "np.histogram2d": ("counts have no derivative", "return x from f, and count there"),
    "np.histogram_bin_edges": ("its edges depend on the extremes", "write np.linspace(np.min(x), np.max(x), bins + 1)"),
    "np.histogramdd": ("counts have no derivative", "return x from f, and count there"),
    "np.intersect1d": (_SETS, "write np.sort(x[np.isin(x, y)])"),
    "np.nextafter": ("it is a step between neighbouring numbers of the machine", "write x + np.spacing(x)"),
    "np.packbits": (_BYTES, "leave it out"),
    "np.require": (_PLAIN_ARRAY, "leave it out"),
    "np.setdiff1d": (_SETS, "write np.sort(x[~np.isin(x, y)])"),
    "np.setxor1d": (_SETS, "write np.isin and np.concatenate"),
    "np.sort_complex": ("complex numbers have no order that goes with derivatives", "write x[np.argsort(x.real)]"),
    "np.union1d": (_SETS, "write np.unique(np.concatenate([x, y]))"),
    "np.unique_all": (_SETS, "write np.unique(x, return_index=True, return_inverse=True, return_counts=True)"),
    "np.unique_counts": (_SETS, "write np.unique(x, return_counts=True)"),
    "np.unique_inverse": (_SETS, "write np.unique(x, return_inverse=True)"),
    "np.unique_values": (_SETS, "write np.unique(x)"),
    "np.unpackbits": (_BYTES, "leave it out"),
    "scipy.special.log_softmax": (_PLAIN_ARRAY, "write x - np.logaddexp.reduce(x, axis=-1, keepdims=True)"),
    "scipy.special.logsumexp": (_PLAIN_ARRAY, "write np.logaddexp.reduce(x)"),
    "scipy.special.multigammaln": (_PLAIN_ARRAY, "write it with scipy.special.gammaln"),
    "scipy.special.polygamma": (_PLAIN_ARRAY, "write scipy.special.psi, and differentiate it"),
    "scipy.special.softmax": (_PLAIN_ARRAY, "write np.exp(x - np.logaddexp.reduce(x, axis=-1, keepdims=True))"),
}
"""For each name the reason, and the way out. The other ufuncs of scipy.special have no rule here: `advis.primitive`
gives them one."""

UNTRACED: dict[str, tuple[str, ...]] = {
    "make arrays of counts, shapes and numbers that are no inputs": (
        "np.bartlett", "np.blackman", "np.diag_indices", "np.empty", "np.eye", "np.fft.fftfreq", "np.fft.rfftfreq",
        "np.fromfunction", "np.fromiter", "np.hamming", "np.hanning", "np.identity", "np.indices", "np.kaiser",
        "np.mask_indices", "np.ones", "np.tri", "np.tril_indices", "np.triu_indices", "np.zeros",
    ),
    "read, write and print": (
        "np.base_repr", "np.binary_repr", "np.format_float_positional", "np.format_float_scientific", "np.from_dlpack",
        "np.frombuffer", "np.fromfile", "np.fromregex", "np.fromstring", "np.genfromtxt", "np.load", "np.loadtxt",
        "np.save", "np.savetxt", "np.savez", "np.savez_compressed",
    ),
    "are about dates": (
        "np.busday_count", "np.busday_offset", "np.datetime_as_string", "np.datetime_data", "np.is_busday", "np.isnat",
    ),
    "are about types, settings and functions": (
        "np.broadcast_shapes", "np.fft.test", "np.frompyfunc", "np.get_include", "np.get_printoptions", "np.getbufsize",
        "np.geterr", "np.geterrcall", "np.info", "np.isdtype", "np.issubdtype", "np.iterable", "np.linalg.test",
        "np.mintypecode", "np.nested_iters", "np.printoptions", "np.promote_types", "np.set_printoptions",
        "np.setbufsize", "np.seterr", "np.seterrcall", "np.show_config", "np.show_runtime", "np.test", "np.typename",
    ),
}  # fmt: skip
"""Functions that are not handed what is traced, by what they do."""
