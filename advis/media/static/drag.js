// Values by hand: an input's box, dragged sideways or moved by keys, changes what the kernel computes with.

const FULL = 300; // pixels from one end of a range to the other
const SLIP = 4; // pixels before a press is a drag rather than a click
const KEYS = { "+": 1, "=": 1, "-": -1, _: -1 };

/** The value at a distance from where a drag began, on a grid of the range. */
export function dragged(start, distance, [low, high], fine = false) {
  const step = (high - low) / (fine ? 10 * FULL : FULL);
  return Number((Math.round(start / step + distance) * step).toPrecision(8));
}

/** Let the boxes whose keys stand in the model's `values` be moved; returns what ends this. */
export function dragging(host, model, selected) {
  let held = null;
  const values = () => model.get("values");
  const move = (key, start, distance, fine) => {
    const value = dragged(start, distance, model.get("ranges")[key], fine);
    if (value === values()[key]) return;
    model.set("values", { ...values(), [key]: value });
    model.save_changes();
  };
  const listeners = {
    pointerdown(event) {
      const key = event.composedPath()[0].closest?.("svg [data-key]")?.dataset.key;
      if (event.button === 0 && key in values()) held = { key, x: event.clientX, start: values()[key], going: false };
    },
    pointermove(event) {
      if (!held) return;
      const distance = event.clientX - held.x;
      if (!held.going && Math.abs(distance) < SLIP) return;
      if (!held.going) host.setPointerCapture(event.pointerId); // the box itself may go while it is dragged
      held.going = true;
      move(held.key, held.start, distance, event.shiftKey);
    },
    pointerup: () => (held = null),
    pointercancel: () => (held = null),
    keydown(event) {
      const by = KEYS[event.key], key = selected();
      if (!by || !(key in values()) || event.ctrlKey || event.metaKey || event.altKey) return;
      move(key, values()[key], by * (FULL / 100));
      event.preventDefault();
      event.stopPropagation();
    },
  };
  for (const [name, listener] of Object.entries(listeners)) host.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) host.removeEventListener(name, listener);
  };
}
