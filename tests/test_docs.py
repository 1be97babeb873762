"""The documentation is true: its pictures are what the code draws, its commands are what CI runs."""

import re
from pathlib import Path

import numpy as np

import advis as av
from advis.media.svg import svg

ROOT = Path(__file__).parent.parent


def f(x1, x2):
    return np.log(x1) + x1 * x2 - np.sin(x2)


def cost(b):
    return (b - 0.45) ** 2


PLAN = av.chain(shapes=[(1, 4), (4, 50), (50, 20), (20, 10)])
PICTURES = {
    "reverse-sweep.svg": lambda: svg(av.trace(f, 2.0, 5.0).reverse().film(), step=4),
    "orders.svg": lambda: svg(PLAN.compare().film(), step=1),
    "map.svg": lambda: svg(PLAN.map().film()),
    "relaxation.svg": lambda: svg(av.compare_relaxations("step").film(), step=3),
    "estimators.svg": lambda: svg(av.compare_estimators(cost, av.distributions.Bernoulli, 1.0).film(), step=4),
}
"""What stands in docs/images, and how it is drawn."""


def test_pictures_are_up_to_date():
    folder = ROOT / "docs" / "images"
    assert {path.name for path in folder.iterdir() if path.is_file()} == set(PICTURES)
    for name, draw in PICTURES.items():
        assert (folder / name).read_text(encoding="utf-8") == draw(), f"docs/images/{name}: python tests/test_docs.py"


def test_readme_has_two_commands_and_its_links_lead_somewhere():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^```sh\n.+\n```$", readme, flags=re.MULTILINE)) == 2
    for link in re.findall(r"\]\(([^)#]+)\)", readme):
        assert (ROOT / link).exists(), link


def test_pages_link_to_what_exists():
    for page in (ROOT / "docs").glob("*.md"):
        for link in re.findall(r"\]\((?!https:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


if __name__ == "__main__":
    for name, draw in PICTURES.items():
        (ROOT / "docs" / "images" / name).write_text(draw(), encoding="utf-8")
