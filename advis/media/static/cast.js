// Who shows what: views and faces by the keys of marks, and the motions of a step.
import { at, journey } from "./film.js";

/** @typedef {(states: Map<string, any>, motion: Motion | null) => void} View  patches what it has drawn */

/** Views by the keys they read, faces (elements to light or outline) by the key they show, and what answers with it. */
export class Cast {
  views = new Map();
  faces = new Map();
  kin = new Map();

  /** @param {string[]} keys @param {View} view */
  watch(keys, view) {
    for (const key of keys) this.views.set(key, [...(this.views.get(key) ?? []), view]);
  }

  face(key, element) {
    element.dataset.key = key;
    this.faces.set(key, [...(this.faces.get(key) ?? []), element]);
  }

  /** A key and those that answer when it is pointed at: with an edge, both its ends. */
  family(key) {
    return [key, ...(this.kin.get(key) ?? [])];
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

/** The motions of one step, cause then effect: a token travels, the sum grows where it arrives, the number changes. */
export class Motion {
  running = [];
  leaving = [];
  length = 320;

  stop() {
    for (const animation of this.running) animation.cancel();
    for (const element of this.leaving) element.remove();
    this.running = [];
    this.leaving = [];
  }

  /** Something new is seen. */
  fade(element) {
    this.run(element, [{ opacity: 0 }, { opacity: 1 }], this.length / 2);
  }

  /** A number takes the place of what was there, which goes only when its cause has come. */
  change(element, was) {
    this.run(element, [{ opacity: 0 }, { opacity: 1 }], 1.1 * this.length, 0.6);
    if (!was) return;
    this.leaving.push(was);
    this.run(was, [{ opacity: 1 }, { opacity: 0 }], this.length, 0.3, "both").onfinish = () => was.remove();
  }

  /** A piece of a sum grows from where the sum ended. */
  grow(element) {
    this.run(element, [{ transform: "scaleX(0)" }, { transform: "none" }], 0.7 * this.length, 0.7);
  }

  /** Let a token travel from where its edge starts to its place. */
  travel(element, mark, fromEnd) {
    const frames = journey(mark, fromEnd).map(([x, y]) => ({ transform: `translate(${x}px, ${y}px)` }));
    this.run(element, frames, 0);
  }

  run(element, frames, delay, part = 1, fill = "backwards") {
    const options = { duration: part * this.length, delay, easing: "cubic-bezier(.4, 0, .3, 1)", fill };
    const animation = element.animate(frames, options);
    this.running.push(animation);
    return animation;
  }
}
