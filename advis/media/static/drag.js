// Values by hand: an input's box, dragged sideways or moved by keys, changes what the kernel computes with.

const FULL = 300; // pixels from one end of a range to the other
const SLIP = 4; // pixels before a press is a drag rather than a click
const KEYS = { "+": 1, "=": 1, "-": -1, _: -1 };

/** The grid on which values move: a power of ten, a hundredth of the range or less. */
const grid = ([low, high]) => 10 ** Math.floor(Math.log10((high - low) / 100));

/** The value at a distance in pixels from where a drag began; ten times finer on demand. */
export function dragged(start, distance, range, fine = false) {
  const part = fine ? 0.1 : 1, step = part * grid(range);
  const value = start + (part * distance * (range[1] - range[0])) / FULL;
  return Number((Math.round(value / step) * step).toPrecision(8));
}

/** Let the boxes whose keys stand in the model's `values` be moved; returns what ends this. */
export function dragging(host, model, selected) {
  let held = null;
  const values = () => model.get("values");
  const range = (key) => model.get("ranges")[key];
  const move = (key, value) => {
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
      move(held.key, dragged(held.start, distance, range(held.key), event.shiftKey));
    },
    pointerup: () => (held = null),
    pointercancel: () => (held = null),
    keydown(event) {
      const by = KEYS[event.key], key = selected();
      if (!by || !(key in values()) || event.ctrlKey || event.metaKey || event.altKey) return;
      move(key, Number((values()[key] + by * grid(range(key))).toPrecision(8)));
      event.preventDefault();
      event.stopPropagation();
    },
  };
  for (const [name, listener] of Object.entries(listeners)) host.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) host.removeEventListener(name, listener);
  };
}
