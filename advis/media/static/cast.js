// Who shows what: views and faces by the keys of marks, and the motions of a step.
import { at, journey } from "./film.js";

/** @typedef {(states: Map<string, any>, motion: Motion | null) => void} View  patches what it has drawn */

/** Views by the keys they read, and faces (elements to light or outline) by the key they show. */
export class Cast {
  views = new Map();
  faces = new Map();

  /** @param {string[]} keys @param {View} view */
  watch(keys, view) {
    for (const key of keys) this.views.set(key, [...(this.views.get(key) ?? []), view]);
  }

  face(key, element) {
    element.dataset.key = key;
    this.faces.set(key, [...(this.faces.get(key) ?? []), element]);
  }

  /** The views of every key whose state is not the same. */
  dirty(before, after) {
    const views = new Set();
    for (const [key, watching] of this.views) {
      const was = at(before, key), now = at(after, key);
      if (was.role === now.role && was.text === now.text && was.level === now.level) continue;
      for (const view of watching) views.add(view);
    }
    return views;
  }
}

/** The motions of one step: numbers fade in, tokens travel. A new step ends them. */
export class Motion {
  running = [];
  length = 320;

  stop() {
    for (const animation of this.running) animation.cancel();
    this.running = [];
  }

  fade(element) {
    this.run(element, [{ opacity: 0 }, { opacity: 1 }], this.length / 2);
  }

  /** Let a token travel from where its edge starts to its place. */
  travel(element, mark, fromEnd) {
    const frames = journey(mark, fromEnd).map(([x, y]) => ({ transform: `translate(${x}px, ${y}px)` }));
    this.run(element, frames, 0);
  }

  run(element, frames, delay) {
    const options = { duration: this.length, delay, easing: "cubic-bezier(.4, 0, .3, 1)", fill: "backwards" };
    this.running.push(element.animate(frames, options));
  }
}
