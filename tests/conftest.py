"""Settings of the suite: hypothesis tries new examples in every run by hand, and always the same in our own CI."""

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True)
if os.environ.get("ADVIS_CI") == "1":
    settings.load_profile("ci")
