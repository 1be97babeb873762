"""Containers: nested tuples, lists and dicts of numbers and arrays, taken apart and put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where an input or output stands on the tape: a leaf in the structure of arguments or results."""

    index: int


_CONTAINERS = (tuple, list, dict)

at = lru_cache(maxsize=1024)(Place)
"""The place at an index: made once, since each call of a gradient asks for the first few."""


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each leaf with its path, in order.

    Examples
    --------
    >>> list(leaves({"w": [1.0, 2.0], "b": 3.0}, "params"))
    [('params.w[0]', 1.0), ('params.w[1]', 2.0), ('params.b', 3.0)]
    """
    if isinstance(tree, _CONTAINERS):
        for inner, part in _parts(tree, path):
            yield from leaves(part, inner)
    else:
        yield path, tree


def _parts(tree: Any, path: str) -> list[tuple[str, Any]]:
    """The parts of a container with their paths."""
    if isinstance(tree, dict):
        plain = [isinstance(key, str) and key.isidentifier() for key in tree]
        return [(f"{path}.{key}" if ok else f"{path}[{key!r}]", tree[key]) for key, ok in zip(tree, plain, strict=True)]
    names = getattr(tree, "_fields", None)
    return [(f"{path}.{names[place]}" if names else f"{path}[{place}]", part) for place, part in enumerate(tree)]


def _rebuilt(tree: Any, parts: list[Any]) -> Any:
    """A container like another one, of other parts."""
    if isinstance(tree, dict):
        return dict(zip(tree, parts, strict=True))
    return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)


def map_paths(function: Callable[[str, Any], Any], tree: Any, path: str) -> Any:
    """Return the same structure with each leaf replaced by a function of its path and itself, in order."""
    if not isinstance(tree, _CONTAINERS):
        return function(path, tree)
    return _rebuilt(tree, [map_paths(function, part, inner) for inner, part in _parts(tree, path)])


def map_leaves(function: Callable[[Any], Any], tree: Any) -> Any:
    """Return the same structure with each leaf replaced, in the order of `leaves`.

    Examples
    --------
    >>> map_leaves(lambda x: x + 1, (1, {"a": [2, 3]}))
    (2, {'a': [3, 4]})
    """
    if not isinstance(tree, _CONTAINERS):
        return function(tree)
    parts = tree.values() if isinstance(tree, dict) else tree
    return _rebuilt(tree, [map_leaves(function, part) for part in parts])


def same_structure(tree: Any, like: Any) -> bool:
    """Whether two trees have the same containers with the same keys and lengths."""
    if isinstance(like, dict):
        same = isinstance(tree, dict) and tree.keys() == like.keys()
        return same and all(same_structure(tree[key], like[key]) for key in like)
    if isinstance(like, (tuple, list)):
        same = isinstance(tree, (tuple, list)) and len(tree) == len(like)
        return same and all(map(same_structure, tree, like))
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
    found: set[int] = set()
    fill(structure, found.add)
    return found


def fill(structure: Any, entry: Callable[[int], Any]) -> Any:
    """Return a structure with each `Place` replaced by the entry for its index; other leaves stay."""
    if type(structure) is Place:
        return entry(structure.index)
    if type(structure) is tuple:  # the arguments, as nearly always
        return tuple([fill(part, entry) for part in structure])
    return map_leaves(lambda leaf: entry(leaf.index) if type(leaf) is Place else leaf, structure)
