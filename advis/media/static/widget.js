// The player as an anywidget: what the reader does goes to the kernel, what the kernel sets is shown.
// STYLE is the first line of the module that player.py makes of these files.
import { read, show } from "./checked.js";
import { enliven } from "./live.js";

const SHARED = ["step", "playing", "speed", "selected", "tab"];

export default () => {
  let runner = null; // where several views show one film, this one beats time and the others follow

  /** Show the film of the model in a root, or say why not; `runner` is told when it plays. */
  function start(model, root) {
    const [step, playing, speed, selected, tab] = SHARED.map((name) => model.get(name));
    const send = (state, part) => {
      if (state.playing) runner ??= player;
      else if (runner === player) runner = null;
      const changed = Object.keys(part).filter((name) => model.get(name) !== part[name]);
      for (const name of changed) model.set(name, state[name]);
      if (changed.length) model.save_changes();
    };
    const player = show(root, model.get("film"), { step, speed, selected, tab, style: STYLE, onChange: send });
    if (playing && player) run(player);
    return player;
  }

  function run(player) {
    if (runner && runner !== player) player.change({ playing: true });
    else player.play();
  }

  function render({ model, el }) {
    const root = el.appendChild(document.createElement("div")).attachShadow({ mode: "open" });
    const begin = () => start(model, root);
    let player = begin();
    const live = player && model.get("live") && enliven(player, model, begin);
    const renewed = () => {
      if (live) return live.show(read(model.get("film")));
      player?.destroy();
      return begin();
    };
    const listeners = {
      "change:step": () => player?.seek(model.get("step")),
      "change:playing": () => (model.get("playing") ? player && run(player) : player?.pause()),
      "change:speed": () => player?.setSpeed(model.get("speed")),
      "change:selected": () => player?.select(model.get("selected")),
      "change:tab": () => player?.setTab(model.get("tab"), model.get("step")),
      "change:film": () => (player = renewed()),
    };
    for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
    return () => {
      for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
      if (live) live.stop();
      player?.destroy();
    };
  }

  return { render };
};
