"""Containers: nested tuples, lists and dicts of numbers and arrays, taken apart and put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where an input or output stands on the tape: a leaf in the structure of arguments or results."""

    index: int


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each leaf with its path, in order.

    Examples
    --------
    >>> list(leaves({"w": [1.0, 2.0], "b": 3.0}, "params"))
    [('params.w[0]', 1.0), ('params.w[1]', 2.0), ('params.b', 3.0)]
    """
    if isinstance(tree, dict):
        for key, item in tree.items():
            plain = isinstance(key, str) and key.isidentifier()
            yield from leaves(item, f"{path}.{key}" if plain else f"{path}[{key!r}]")
    elif isinstance(tree, (tuple, list)):
        names = getattr(tree, "_fields", None)
        for place, item in enumerate(tree):
            yield from leaves(item, f"{path}.{names[place]}" if names else f"{path}[{place}]")
    else:
        yield path, tree


def map_leaves(function: Callable[[Any], Any], tree: Any) -> Any:
    """Return the same structure with each leaf replaced, in the order of `leaves`.

    Examples
    --------
    >>> map_leaves(lambda x: x + 1, (1, {"a": [2, 3]}))
    (2, {'a': [3, 4]})
    """
    if not isinstance(tree, (tuple, list, dict)):
        return function(tree)
    if isinstance(tree, dict):
        return {key: map_leaves(function, item) for key, item in tree.items()}
    if hasattr(tree, "_fields"):
        return type(tree)(*(map_leaves(function, item) for item in tree))
    return type(tree)([map_leaves(function, item) for item in tree])


def same_structure(tree: Any, like: Any) -> bool:
    """Whether two trees have the same containers with the same keys and lengths."""
    if isinstance(like, dict):
        same = isinstance(tree, dict) and tree.keys() == like.keys()
        return same and all(same_structure(tree[key], like[key]) for key in like)
    if isinstance(like, (tuple, list)):
        same = isinstance(tree, (tuple, list)) and len(tree) == len(like)
        return same and all(same_structure(a, b) for a, b in zip(tree, like, strict=True))
    return True


def planted(structure: Any, tree: Any) -> Iterator[tuple[Place, Any]]:
    """Yield each `Place` of a structure with what stands there in a tree of the same structure."""
    if type(structure) is Place:
        yield structure, tree
    elif isinstance(structure, dict):
        for key, part in structure.items():
            yield from planted(part, tree[key])
    elif isinstance(structure, (tuple, list)):
        for part, other in zip(structure, tree, strict=True):
            yield from planted(part, other)


def indices(structure: Any) -> set[int]:
    """Return where the places of a structure stand on the tape."""
    return {place.index for place, _ in planted(structure, structure)}


def fill(structure: Any, entry: Callable[[int], Any]) -> Any:
    """Return a structure with each `Place` replaced by the entry for its index; other leaves stay."""
    if type(structure) is Place:
        return entry(structure.index)
    return map_leaves(lambda leaf: entry(leaf.index) if type(leaf) is Place else leaf, structure)
