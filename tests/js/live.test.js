// What a live widget decides by itself: node --test tests/js
import assert from "node:assert/strict";
import { test } from "node:test";
import { dragged } from "../../advis/media/static/drag.js";
import { sameMarks } from "../../advis/media/static/renew.js";

const box = { kind: "box", key: "n0", shape: "input", at: [0, 0, 160, 80], title: [["name", "x"]], rows: [["value", "n0.v"]], stack: [] };
const edge = { kind: "edge", key: "e0", path: [0, 0, 1, 1, 2, 2, 3, 3], label: "2", label_at: [1, 1] };
const film = (marks, more = {}) => ({
  title: "f(x)", steps: 3, voice: "value", variants: [], tracks: {},
  scenes: [{ name: "graph", kind: "drawing", width: 200, height: 100, marks }], ...more,
});

test("a drag of 300 pixels goes through a range, in steps that people write", () => {
  assert.equal(dragged(2, 300, [0, 6]), 8);
  assert.equal(dragged(2, 1, [0, 6]), 2.02);
  assert.equal(dragged(2, -100, [0, 6]), 0);
  assert.equal(dragged(2.345678, 4, [0, 6]), 2.43);
  assert.equal(dragged(2, 10, [0, 6], true), 2.02);
  assert.equal(dragged(0.1, 1, [0, 0.3]), 0.101);
});

test("films with other numbers have the same marks", () => {
  const other = [{ ...box, shape: "input odd", stack: [] }, { ...edge, label: "7" }];
  assert.ok(sameMarks(film([box, edge]), film(other, { tracks: { "n0.v": [[0, "", "7"]] } })));
});

test("films with other places, titles, steps or marks do not", () => {
  const before = film([box, edge]);
  for (const after of [
    film([{ ...box, at: [0, 0, 180, 80] }, edge]),
    film([{ ...box, title: [["name", "z"]] }, edge]),
    film([box]),
    film([box, edge], { steps: 4 }),
    film([box, edge], { variants: [{ label: "forward", steps: 2 }] }),
  ]) assert.ok(!sameMarks(before, after));
});

test("a chart has the same marks as long as it is drawn with as many inks", () => {
  const group = (...tags) => ({ kind: "group", key: "axes", inks: tags.map((tag) => ({ tag, at: [] })) });
  assert.ok(sameMarks(film([group("lines", "text")]), film([group("lines", "text")])));
  assert.ok(!sameMarks(film([group("lines", "text")]), film([group("lines")])));
});
