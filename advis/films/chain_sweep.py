"""Rail and graph together: one sweep over the graph that carries the whole matrix, in step with the rail."""

from __future__ import annotations

from dataclasses import replace

from advis.analysis.chain_sweep import ChainSweep
from advis.films.chain import named_order, rail_film, subtitle
from advis.films.film import Film
from advis.films.side_by_side import arranged, tracks_of
from advis.films.sweep import sweep_film

LONGEST = 130.0
PREFIX = "rail."


def chain_sweep_film(shown: ChainSweep, engine: str = "layered", direction: str = "right") -> Film:
    """Return the film of a chain's sweep: below the rail the graph, on whose edges whole rows or columns travel.

    Parameters
    ----------
    shown : ChainSweep
    engine, direction : str
        As in `advis.films.graph.tape_film`.
    """
    chain = shown.chain
    graph = sweep_film(shown.sweep, engine, direction)
    order = named_order(chain, shown.direction)
    rail = rail_film(chain, [order], own=False, longest=LONGEST)
    # a product is there when the sweep has passed the second of its stages, which is the first product's
    at = [max(k - 1, 0) for k in (*shown.passed, len(chain.factors))]
    tracks = tracks_of(rail, PREFIX, [min(step, rail.steps) for step in at])
    scene = replace(arranged([rail], [PREFIX], 0.0), title="Factors")
    whole = replace(graph, kind="chain-sweep", title=chain.title, subtitle=subtitle(chain))
    return replace(whole, scenes=(scene, *graph.scenes), tracks={**graph.tracks, **tracks})
