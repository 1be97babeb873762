"""What is not recorded, and why: shown in the documentation, and in the error that a reader gets."""

from __future__ import annotations

LEFT_OUT: dict[str, tuple[str, str]] = {
    "np.nextafter": ("it is a step between neighbouring numbers of the machine", "write x + np.spacing(x)"),
}
"""For each name the reason, and the way out."""
