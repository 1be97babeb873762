// The player of a film with choices: orders to play side by side, and one that the reader makes.
import { after, shown } from "./choices.js";
import { at } from "./film.js";
import { Player, h, ticks } from "./player.js";

const MARKS = { tangent: "▸ ", adjoint: "◂ " };

export class ChoicePlayer extends Player {
  order = 0; // which of the film's orders is shown
  /** @type {string[]} */
  own = []; // what the reader chose

  /** The orders, side by side. */
  tabs() {
    this.pills = this.film.data.orders.map(({ label, voice }, i) => {
      const pill = h("button", { type: "button", class: `pill ${voice}` }, [(MARKS[voice] ?? "") + label]);
      pill.addEventListener("click", () => this.setOrder(i));
      return pill;
    });
    return h("div", { class: "pills", role: "group", "aria-label": "Order" }, this.pills);
  }

  get playing() {
    return this.film.data.orders[this.order];
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
    return shown(this.film, after(this.film, keys.slice(0, step)), this.order);
  }

  /** Show another order from its start; the reader's own where it was left. */
  setOrder(order) {
    if (order === this.order) return;
    this.pause();
    this.order = order;
    this.showOrder();
    this.show(this.isOwn ? this.own.length : 0, false);
  }

  showOrder() {
    for (const [i, pill] of this.pills.entries()) pill.setAttribute("aria-pressed", String(i === this.order));
    if (!this.footer) return;
    this.footer.className = this.playing.voice;
    this.range.max = String(this.steps);
    this.ticks.replaceChildren(...ticks(this.steps).children);
    this.playButton.disabled = this.isOwn;
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
