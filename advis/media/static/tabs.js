// A player with several ways to play its film, side by side as tabs; and that of a film with variants.
import { at } from "./film.js";
import { h, write } from "./elements.js";
import { Player } from "./player.js";

const MARKS = { tangent: "▸ ", adjoint: "◂ " };

/** A player with tabs. What they are, and what is shown in each, its heirs say: `ways`, `steps`, `reach`, `statesAt`. */
export class Tabbed extends Player {
  way = 0; // which tab is shown

  tabs() {
    this.pills = this.ways.map(({ label, voice }, i) => {
      const pill = h("button", { type: "button", class: `pill ${voice}` }, [(MARKS[voice] ?? "") + label]);
      pill.addEventListener("click", () => this.setWay(i));
      return pill;
    });
    return h("div", { class: "pills", role: "group", "aria-label": "What is played" }, this.pills);
  }

  get playing() {
    return this.ways[this.way];
  }

  /** The step at which a tab opens. */
  get opening() {
    return 0;
  }

  setWay(way, step) {
    if (way === this.way) return;
    this.pause();
    this.way = way;
    this.showTab();
    this.show(Math.min(step ?? this.opening, this.reach), false);
    this.change({ tab: this.playing.label });
  }

  /** Show the tab of this name, at a step. */
  setTab(label, step) {
    const way = this.ways.findIndex((one) => one.label === label);
    if (way >= 0) this.setWay(way, step);
  }

  /** The tab that is shown at first. */
  get first() {
    return 0;
  }

  start(root, step, speed, selected, tab) {
    const way = this.ways.findIndex(({ label }) => label === tab);
    this.way = way < 0 ? this.first : way;
    super.start(root, step, speed, selected);
  }

  showTab() {
    for (const [i, pill] of this.pills.entries()) pill.setAttribute("aria-pressed", String(i === this.way));
    if (!this.footer) return;
    this.footer.className = this.playing.voice;
    this.measure();
    this.playButton.disabled = this.isOwn;
  }
}

/** The player of a film with variants: the film itself is the last of them. */
export class VariantPlayer extends Tabbed {
  get ways() {
    const { variants, data, voice, steps, tracks } = this.film;
    return [...variants, { label: data.label, voice, steps, tracks }];
  }

  get steps() {
    return this.playing.steps;
  }

  get tracks() {
    return this.playing.tracks;
  }

  /** Beside the sentence the number that does not move, where the film has one. */
  sentence() {
    const say = super.sentence(), sum = h("p", { class: "sum" });
    if (!this.film.tracks.sum) return say;
    this.frame.watch(["sum"], (states) => write(sum, at(states, "sum").text));
    say.append(sum);
    return say;
  }

  get first() {
    return this.film.variants.length;
  }
}
