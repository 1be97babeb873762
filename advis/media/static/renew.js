// Another film in the same place: numbers are patched where they stand; another graph comes about before one's eyes.

/** What a mark must share with the one before it, so that its view can patch what it drew. */
function fixed({ kind, key, at, title, rows, note, more, path, cells, text, segments, number, inks, stack = [] }) {
  if (kind === "group") return [key, inks.map(({ tag }) => tag)];
  return [kind, key, at, title, rows, note, more, path, cells, text, segments, number, stack];
}

function skeleton({ title, subtitle, voice, steps, variants, scenes }) {
  const whole = scenes.map(({ name, kind, columns, width, height, marks }) => [name, kind, columns, width, height, marks.map(fixed)]);
  return JSON.stringify([title, subtitle, voice, steps, variants.map(({ label, steps }) => [label, steps]), whole]);
}

/** Whether two films have the same marks at the same places, and differ in numbers only. */
export const sameMarks = (before, after) => skeleton(before) === skeleton(after);

/** Show the numbers of a film that is alike: the views hold the marks, so these take over what is new, and are drawn anew. */
export function patch(player, film) {
  for (const [i, scene] of player.film.scenes.entries()) {
    for (const [k, mark] of scene.marks.entries()) {
      const { kind, key, ...rest } = film.scenes[i].marks[k];
      for (const name of Object.keys(mark)) if (!(name in rest) && name !== "kind" && name !== "key") delete mark[name];
      Object.assign(mark, rest);
    }
  }
  Object.assign(player.film, { ...film, scenes: player.film.scenes });
  player.states = player.statesAt(player.state.step);
  for (const view of new Set([...player.cast.views.values()].flat())) view(player.states, null);
  player.tell("shown", player.state.step);
}

/** Where everything stands in a player, before it goes. */
function snapshot({ film, cast, element, panes }) {
  const svg = element.querySelector(".stage svg");
  const boxes = new Map(boxesOf(film, cast).map((mark) => [mark.key, { at: mark.at, group: groupOf(cast, mark.key) }]));
  return {
    boxes,
    matrix: svg?.getScreenCTM(),
    edges: svg?.querySelector(".edges"),
    scrolls: panes.map(({ scrollTop, scrollLeft }) => [scrollTop, scrollLeft]),
    whole: element.classList.contains("whole"),
    focused: element.matches(":focus, :focus-within"),
  };
}

/** The boxes that are drawn: those of other places are not. */
const boxesOf = ({ scenes }, cast) => scenes.flatMap(({ kind, marks }) => (kind === "drawing" ? marks.filter((mark) => mark.kind === "box" && groupOf(cast, mark.key)) : []));
export const groupOf = (cast, key) => cast.faces.get(key)?.find((face) => face instanceof SVGElement);

/**
 * Put another player in the place of one, and show how its graph comes from the one before.
 * @param {any} player @param {Record<string, string> | null} kept  which old box a new one is; null: the one of the same key
 * @param {() => any} start  mounts the new player
 */
export function replace(player, kept, start) {
  const before = snapshot(player), was = (key) => (kept && /^n\d+$/.test(key) ? kept[key] : key);
  player.destroy();
  const next = start();
  next.element.classList.toggle("whole", before.whole);
  next.panes.forEach((pane, i) => before.scrolls[i] && pane.scrollTo(before.scrolls[i][1], before.scrolls[i][0]));
  if (before.focused) next.element.focus({ preventScroll: true });
  morph(next, before, was);
  return next;
}

const EASE = { easing: "cubic-bezier(.4, 0, .2, 1)", fill: /** @type {FillMode} */ ("backwards") };

/** Boxes that stay move from their old places, new ones are marked, gone ones fade. */
function morph({ film, cast, element, calm }, before, was) {
  const svg = element.querySelector(".stage svg"), matrix = svg?.getScreenCTM();
  if (!matrix || !before.matrix) return;
  const way = matrix.inverse().multiply(before.matrix), stayed = new Set();
  for (const { key, shape, at: [x, y, width] } of boxesOf(film, cast)) {
    const group = groupOf(cast, key), old = before.boxes.get(was(key));
    if (old) stayed.add(was(key));
    else if (shape !== "constant") tagNew(group, x + width, y);
    if (calm.matches) continue;
    if (!old) fadeTo(group, 0, 1, 300, 260);
    else glide(group, way, old.at, [x, y]);
  }
  if (calm.matches) return;
  const gone = [...before.boxes].filter(([key]) => !stayed.has(key)).map(([, { group }]) => group);
  for (const ghost of [...gone, before.edges].filter(Boolean)) {
    ghost.setAttribute("transform", `matrix(${way.a} 0 0 ${way.d} ${way.e} ${way.f})`);
    ghost.setAttribute("aria-hidden", "true");
    ghost.setAttribute("pointer-events", "none");
    svg.prepend(ghost);
    fadeTo(ghost, 1, 0, ghost === before.edges ? 160 : 500, 0).onfinish = () => ghost.remove();
  }
  for (const layer of svg.querySelectorAll(":scope > :is(.edges, .tokens)")) if (layer !== before.edges) fadeTo(layer, 0, 1, 240, 320);
}

const fadeTo = (element, from, to, duration, delay) =>
  element.animate([{ opacity: from }, { opacity: to }], { ...EASE, duration, delay, fill: to ? "backwards" : "both" });

function glide(group, way, [oldX, oldY], [x, y]) {
  const [fromX, fromY] = [way.a * oldX + way.e, way.d * oldY + way.f];
  if (Math.abs(fromX - x) + Math.abs(fromY - y) + 99 * Math.abs(way.a - 1) < 0.5) return;
  const from = `translate(${fromX}px, ${fromY}px) scale(${way.a}) translate(${-x}px, ${-y}px)`;
  group.animate([{ transform: from }, { transform: "none" }], { ...EASE, duration: 420 });
}

/** A new box says so, until the graph changes again. */
function tagNew(group, right, top) {
  const word = document.createElementNS("http://www.w3.org/2000/svg", "text");
  for (const [name, value] of Object.entries({ class: "word", x: right - 4, y: top - 5, "text-anchor": "end" })) word.setAttribute(name, value);
  word.textContent = "new";
  group.classList.add("fresh");
  group.append(word);
}
