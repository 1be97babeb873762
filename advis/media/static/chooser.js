// The player of a film with choices: orders to play side by side, and one that the reader makes.
import { after, shown } from "./choices.js";
import { at } from "./film.js";
import { Tabbed } from "./tabs.js";

export class ChoicePlayer extends Tabbed {
  /** @type {string[]} */
  own = []; // what the reader chose

  get ways() {
    return this.film.data.orders;
  }

  get isOwn() {
    return !this.playing.choices.length;
  }

  get steps() {
    return this.playing.choices.length || this.film.data.start.length - 1;
  }

  /** Where the reader chooses, one can go as far as was chosen. */
  get reach() {
    return this.isOwn ? this.own.length : this.steps;
  }

  statesAt(step) {
    const keys = this.isOwn ? this.own : this.playing.choices;
    return shown(this.film, after(this.film, keys.slice(0, step)), this.way);
  }

  /** An order opens at its start, the reader's own where it was left. */
  get opening() {
    return this.isOwn ? this.own.length : 0;
  }

  /** Make a choice that is offered: the next one of an order that is played, or one of the reader's own. */
  choose(key) {
    const { role } = at(this.states, key), { step } = this.state;
    if (role.startsWith("next")) return this.go(step + 1);
    if (role !== "open") return;
    this.own = [...this.own.slice(0, step), key];
    this.go(step + 1);
  }
}
