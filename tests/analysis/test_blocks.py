"""Blocks: the functions, loops and named parts of a program, found in its tape."""

import numpy as np

import advis as av
from advis.analysis.blocks import Block, blocks, nodes_of, signature


def shape(block):
    """A block as nested lists: its kind and name, then its items; nodes are dots."""
    return [f"{block.kind} {block.name}", *(shape(item) if isinstance(item, Block) else "." for item in block.items)]


def layer(h, w):
    a = h * w + 1.0
    return np.tanh(a)


def test_functions_loops_and_named_parts_nest():
    def f(x):
        for k in range(2):
            x = layer(x, 0.5 + k)
            with av.block("twice"):
                x = x + x
                x = x * x
                x = x - 1.0
        return x

    turn = [["function layer", ".", ".", "."], ["named twice", ".", ".", "."]]
    loop = ["loop for k in range(2)", ["turn turn 1", *turn], ["turn turn 2", *turn]]
    assert shape(blocks(av.trace(f, 0.3))) == ["program f", ".", loop]


def test_inner_loops_are_turns_of_their_own():
    def f(x):
        for _ in range(2):
            x = np.sin(x)
            for _ in range(3):
                x = x * x + 0.1
        return x

    inner = ["loop for _ in range(3)", *([f"turn turn {k}", ".", "."] for k in (1, 2, 3))]
    turns = [[f"turn turn {k}", ".", inner] for k in (1, 2)]
    assert shape(blocks(av.trace(f, 0.3))) == ["program f", ".", ["loop for _ in range(2)", *turns]]


def test_a_while_loop_and_a_comprehension():
    def f(x):
        while x > 1.0:
            x = x / 2.0
        return sum([x * k for k in range(3)])

    whole = blocks(av.trace(f, 7.0))
    kinds = [(item.kind, item.name, len(item.items)) for item in whole.items if isinstance(item, Block)]
    assert kinds == [("loop", "while x > 1.0", 3), ("loop", "for k in range(3)", 3)]


def test_small_functions_and_single_turns_are_no_blocks():
    def f(x):
        for _ in range(1):
            x = (lambda a: a * 2.0)(x)
        return np.sin(x)

    assert shape(blocks(av.trace(f, 1.0))) == ["program f", ".", ".", "."]


def test_without_code_positions_there_are_nodes_only():
    tape = av.trace(lambda x: layer(layer(x, 2.0), 3.0), 0.1, source=False)
    assert set(shape(blocks(tape))[1:]) == {"."}


def test_every_node_is_in_exactly_one_place():
    def f(x, y):
        for k in range(5):
            x = layer(x, y) if k % 2 else layer(x, x)
        return x

    tape = av.trace(f, 0.2, 0.4)
    whole = blocks(tape)
    assert nodes_of(tape, whole) == [k for k, p in enumerate(tape.primitives) if p.name != "constant"]

    def leaves(block):
        for item in block.items:
            yield from leaves(item) if isinstance(item, Block) else [item]

    assert list(leaves(whole)) == nodes_of(tape, whole)


def test_deep_recursion_is_no_problem():
    def down(x, depth):
        x = np.sin(x) * 0.5 + 0.1
        return down(x, depth - 1) if depth else x

    tape = av.trace(lambda x: down(x, 300), 0.2)
    assert len(nodes_of(tape, blocks(tape))) == 1 + 3 * 301
    film = tape.reverse().film()
    assert film.steps == 3 * 301 + 1


def test_a_signature_tells_what_looks_the_same():
    def f(x, y):
        for k in range(4):
            x = x * y + (0.5 if k < 2 else x)
        return x

    tape = av.trace(f, 0.2, 0.4)
    turns = [signature(tape, turn) for turn in blocks(tape).items[-1].items]
    assert turns[0] == turns[1] != turns[2] == turns[3]


def test_a_gradient_in_a_loop_belongs_to_its_turn():
    def g(x):
        a = np.sin(x) * x + x
        return a * a - np.cos(x)

    def f(x):
        for _ in range(4):
            x = x - 0.01 * av.grad(g)(x)
        return x

    (loop,) = (item for item in blocks(av.trace(f, 0.3)).items if isinstance(item, Block))
    assert (loop.kind, len(loop.items)) == ("loop", 4)
    assert [item.name for item in loop.items[0].items if isinstance(item, Block)] == ["g", "reverse sweep of g"]


def loops(f, *args):
    """The loops of a program, with how many turns each has, outer ones first."""
    waiting, found = [blocks(av.trace(f, *args))], []
    while waiting:
        block = waiting.pop(0)
        found += [(block.name, len(block.items))] if block.kind == "loop" else []
        waiting += [item for item in block.items if isinstance(item, Block)]
    return found


def test_a_loop_that_does_nothing_but_another_one_is_named_with_it():
    def descent(x):
        w = 0.1
        for epoch in range(5):  # noqa: B007
            for k in range(8):
                w = w - 0.1 * (np.sin(w * x[k]) - x[k])
        return w

    assert loops(descent, np.ones(8)) == [("for epoch in range(5), for k in range(8)", 40)]

    def own(x):
        for _ in range(3):
            x = x * 1.01
            for _ in range(4):
                x = np.sin(x) * 1.1
        return x

    assert loops(own, 0.3)[0] == ("for _ in range(3)", 3)


def test_the_loops_of_comprehensions_inside_each_other_have_their_own_names():
    def rows(a):
        return np.stack([np.stack([np.sin(a[i, j]) * 2.0 + 1.0 for j in range(4)]) * 0.5
                         for i in range(3)]).sum()  # fmt: skip

    names = [name for name, _ in loops(rows, np.ones((4, 4)))]
    assert names[0] == "for i in range(3)"
    assert set(names[1:]) == {"for j in range(4)"}

    def pairs(a):
        return np.stack([np.sin(a[i, j]) * 2.0 for i in range(3) for j in range(4) if i != j]).sum()

    assert loops(pairs, np.ones((4, 4))) == [("for i in range(3), for j in range(4)", 9)]


def test_without_text_loops_are_loops_all_the_same():
    names = {}
    exec(
        "def f(np, x):\n  for _ in range(3):\n    for _ in range(2):\n      x = np.sin(x) * 1.1\n"
        "  return np.stack([np.sin(k * x) * 2.0 + 1.0 for k in range(4)]).sum()",
        names,
    )
    assert loops(lambda x: names["f"](np, x), 0.3) == [("loop", 6), ("loop", 4)]


def test_a_loop_that_ran_once_lends_its_name_to_nobody():
    def f(x):
        for _ in range(1):
            x = x * 2.0
            x = np.stack([np.sin(k * x) * 2.0 + 1.0 for k in range(4)]).sum()
        return x

    assert loops(f, 0.3) == [("for k in range(4)", 4)]
