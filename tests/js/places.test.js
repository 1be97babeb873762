// The pure functions of the player's places, zoom and search.
import assert from "node:assert/strict";
import { test } from "node:test";
import { resolve } from "../../advis/media/static/film.js";
import { stopsOf } from "../../advis/media/static/places.js";
import { findable, found } from "../../advis/media/static/search.js";
import { scaled } from "../../advis/media/static/zoom.js";

test("a key of a shared scene means a node of its turn, or the turn itself", () => {
  assert.equal(resolve("n@1.v", 7, [20, 31]), "n31.v");
  assert.equal(resolve("e@0.1", 7, [20, 31]), "e20.1");
  assert.equal(resolve("b2.@.i0", 7, [20, 31]), "b2.7.i0");
  assert.equal(resolve("say", 7, [20, 31]), "say");
});

test("a stop is the last step of a time of being active", () => {
  assert.deepEqual(stopsOf([[3, "active adjoint"], [4, "done adjoint"]], 9), [3]);
  assert.deepEqual(stopsOf([[2, "active adjoint"], [6, "active adjoint"], [7, "done adjoint"]], 9), [6]);
  assert.deepEqual(stopsOf([[1, "active tangent"], [2, "done"], [8, "active adjoint"]], 9), [1, 9]);
  assert.deepEqual(stopsOf(undefined, 9), []);
});

test("scales stay within bounds and steps undo each other", () => {
  assert.equal(scaled(scaled(1, 3), -3), 1);
  assert.equal(scaled(1, 100), 4);
  assert.equal(scaled(1, -100), 0.05);
});

const film = {
  scenes: [
    { kind: "drawing", marks: [{ kind: "box", key: "n1", shape: "operation", title: [["name", "a"], ["soft", " = sin(x)"]] }] },
    { kind: "drawing", block: "b1", marks: [{ kind: "box", key: "n@0", shape: "operation", title: [] }, { kind: "edge", key: "e1.0" }] },
    { kind: "lines", marks: [{ kind: "line", number: 12, text: "  a = np.sin(x)", segments: [["n1", 6, 15]] }, { kind: "line", number: 13, text: "" }] },
  ],
};

test("boxes in all places and lines that compute something can be found", () => {
  const items = findable(film, (key) => `told ${key}`);
  assert.deepEqual(items.map(({ said, block, key }) => [said, block, key]), [
    ["a = sin(x)", "", "n1"],
    ["told n@0", "b1", "n@0"],
    ["a = np.sin(x)", "", "n1"],
  ]);
});

test("a name comes before an operation and that before a line; a number is a line", () => {
  const items = findable(film, () => "b = a · a");
  assert.deepEqual(found(items, "a").map(({ said }) => said), ["a = sin(x)", "b = a · a", "a = np.sin(x)"]);
  assert.deepEqual(found(items, "SIN").map(({ line }) => line), [0, 12]);
  assert.deepEqual(found(items, "line 12").map(({ line }) => line), [12]);
  assert.deepEqual(found(items, "12").map(({ line }) => line), [12]);
  assert.deepEqual(found(items, " "), []);
});
