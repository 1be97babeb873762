// How a film comes onto a page: the player that it needs, in a shadow root.
import { ChoicePlayer } from "./chooser.js";
import { h } from "./elements.js";
import { Player } from "./player.js";
import { VariantPlayer } from "./tabs.js";

/**
 * Show a film in a shadow root and return what drives it.
 * @param {ShadowRoot} root
 * @param {import("./film.js").Film} film
 * @param {{step?: number, speed?: number, selected?: string, tab?: string, style?: string,
 *          onChange?: (state: import("./player.js").PlayerState, part: any) => void}} options
 */
export function mount(root, film, { step = 0, speed = 1, selected = "", tab = "", style = "", onChange = () => {} } = {}) {
  const player = playerOf(film, onChange);
  root.replaceChildren(h("style", {}, [style]), player.element);
  player.start(root, step, speed, selected, tab);
  return player;
}

/** The kind of player that a film needs; kinds that no film of a page needs are not on it. */
function playerOf(film, onChange) {
  if (film.choices.length) return new ChoicePlayer(film, onChange);
  return film.variants.length ? new VariantPlayer(film, onChange) : new Player(film, onChange);
}
