// Zoom, pan and a small map, for drawings that do not fit.
import { button, h, s } from "./elements.js";
import { FEATURES } from "./player.js";

const STEP = 1.25, LEAST = 0.05, LARGEST = 4;
const MANY = 20; // boxes of a drawing

/** The scale after so many steps, within bounds. */
export const scaled = (scale, steps) => Math.min(Math.max(scale * STEP ** steps, LEAST), LARGEST);

class Zoom {
  constructor(player) {
    this.player = player;
    this.sizes = new ResizeObserver(() => this.look());
  }

  /** Take over the stage of the panes that were just built. */
  furnish() {
    const { player } = this, stages = player.main.querySelectorAll(".stage");
    this.sizes.disconnect();
    this.stage = stages.length === 1 ? stages[0] : null;
    if (!this.stage) return;
    this.svg = this.stage.querySelector("svg");
    this.view = s("rect", { class: "view" });
    const boxes = [...this.svg.querySelectorAll(".boxes .frame:not(.inner)")].map((box) => box.cloneNode());
    this.map = s("svg", { class: "map", viewBox: this.svg.getAttribute("viewBox"), "aria-hidden": "true" }, [...boxes, this.view]);
    player.main.append(this.map);
    this.stage.addEventListener("scroll", () => this.look(), { passive: true });
    this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.stage.addEventListener("pointerdown", (event) => this.pan(event));
    this.map.addEventListener("pointerdown", (event) => this.lead(event));
    for (const element of [this.stage, this.svg]) this.sizes.observe(element);
  }

  get scale() {
    return this.svg.getBoundingClientRect().width / this.svg.viewBox.baseVal.width;
  }

  /** Show the drawing at a scale; the point under the pointer, or the middle of the stage, stays where it is. */
  set(scale, at = null) {
    const { stage, svg } = this;
    if (!stage) return;
    const outer = stage.getBoundingClientRect(), before = svg.getBoundingClientRect();
    const [x, y] = at ?? [outer.left + outer.width / 2, outer.top + outer.height / 2];
    const [across, down] = [(x - before.left) / before.width, (y - before.top) / before.height];
    const { width, height } = svg.viewBox.baseVal;
    Object.assign(svg.style, { width: `${width * scale}px`, height: `${height * scale}px`, margin: "auto" });
    for (const side of ["minWidth", "minHeight"]) svg.style[side] = "0";
    for (const side of ["maxWidth", "maxHeight"]) svg.style[side] = "none";
    const after = svg.getBoundingClientRect();
    stage.scrollBy({ left: after.left + across * after.width - x, top: after.top + down * after.height - y, behavior: "instant" });
    this.look();
  }

  by(steps, at) {
    if (this.stage) this.set(scaled(this.scale, steps), at);
  }

  /** The whole drawing, as large as the stage allows. */
  fit() {
    const { stage, svg } = this;
    if (!stage) return;
    const { width, height } = svg.viewBox.baseVal;
    this.set(Math.min((stage.clientWidth - 28) / width, (stage.clientHeight - 28) / height, LARGEST));
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.by(-event.deltaY / 120, [event.clientX, event.clientY]);
  }

  /** Drag the drawing; what was dragged is not clicked. */
  pan(event) {
    const { stage } = this;
    if (event.button || event.pointerType === "touch" || !this.overflows) return;
    let [x, y] = [event.clientX, event.clientY], far = 0;
    const move = (at) => {
      far += Math.abs(at.clientX - x) + Math.abs(at.clientY - y);
      if (far > 4) stage.classList.add("panned");
      if (far > 4) stage.scrollBy({ left: x - at.clientX, top: y - at.clientY, behavior: "instant" });
      [x, y] = [at.clientX, at.clientY];
    };
    this.follow(move, () => setTimeout(() => stage.classList.remove("panned")));
  }

  /** What is pointed at on the map comes to the middle of the stage. */
  lead(event) {
    const { stage, svg, map } = this;
    const move = (at) => {
      const box = map.getBoundingClientRect(), { width, height } = svg.getBoundingClientRect();
      const left = ((at.clientX - box.left) / box.width) * width - stage.clientWidth / 2;
      const top = ((at.clientY - box.top) / box.height) * height - stage.clientHeight / 2;
      stage.scrollTo({ left, top, behavior: "instant" });
    };
    move(event);
    this.follow(move);
    event.preventDefault();
  }

  follow(move, end = () => {}) {
    const stop = new AbortController();
    addEventListener("pointermove", move, { signal: stop.signal });
    for (const name of ["pointerup", "pointercancel"]) {
      addEventListener(name, () => (stop.abort(), end()), { once: true, signal: stop.signal });
    }
  }

  get overflows() {
    const { stage } = this;
    return stage.scrollWidth > stage.clientWidth + 1 || stage.scrollHeight > stage.clientHeight + 1;
  }

  /** Draw on the map what is seen; without need there is no map. */
  look() {
    const { stage, svg, map, view } = this;
    map.classList.toggle("needed", this.overflows);
    if (!this.overflows) return;
    const outer = stage.getBoundingClientRect(), inner = svg.getBoundingClientRect(), { scale } = this;
    const { width, height } = svg.viewBox.baseVal;
    const [x, y] = [Math.max(outer.left - inner.left, 0) / scale, Math.max(outer.top - inner.top, 0) / scale];
    const size = { width: Math.min(stage.clientWidth / scale, width - x), height: Math.min(stage.clientHeight / scale, height - y) };
    for (const [name, value] of Object.entries({ x, y, ...size })) view.setAttribute(name, Math.max(value, 0));
  }
}

FEATURES.push((player) => {
  const boxes = ({ kind, marks = [] }) => kind === "drawing" && marks.filter((mark) => mark.kind === "box").length;
  if (!player.film.scenes.some((scene) => boxes(scene) > MANY)) return undefined;
  const zoom = new Zoom(player);
  const keys = { "+": () => zoom.by(1), "=": () => zoom.by(1), "-": () => zoom.by(-1), 0: () => zoom.fit() };
  return {
    tools: [
      h("span", { class: "zoom", role: "group", "aria-label": "Zoom" }, [
        button("less", "Smaller (−)", () => zoom.by(-1)),
        button("whole", "The whole picture (0)", () => zoom.fit()),
        button("more", "Larger (+)", () => zoom.by(1)),
      ]),
    ],
    furnished: () => zoom.furnish(),
    press: ({ key }) => key in keys && (keys[key](), true),
    click: () => zoom.stage?.classList.contains("panned"),
    start: () => zoom.stage && zoom.look(),
    stop: () => zoom.sizes.disconnect(),
  };
});
