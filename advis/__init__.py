"""See automatic differentiation: record a NumPy function, play its forward and reverse sweeps."""

from advis.autodiff.errors import OffTape
from advis.autodiff.recorder import block
from advis.autodiff.tape import Node, Tape
from advis.autodiff.trace import trace

__all__ = ["Node", "OffTape", "Tape", "block", "trace"]
