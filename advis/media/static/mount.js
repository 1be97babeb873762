// How a film comes onto a page: the player that it needs, in a shadow root.
import { ChoicePlayer } from "./chooser.js";
import { unpack } from "./film.js";
import { Player, h } from "./player.js";
import { VariantPlayer } from "./tabs.js";

/**
 * Show a film in a shadow root and return what drives it.
 * @param {ShadowRoot} root
 * @param {import("./film.js").Film} film
 * @param {{step?: number, speed?: number, selected?: string, style?: string,
 *          onChange?: (state: import("./player.js").PlayerState, part: any) => void}} options
 */
export function mount(root, film, { step = 0, speed = 1, selected = "", style = "", onChange = () => {} } = {}) {
  const player = playerOf(film, onChange);
  root.replaceChildren(h("style", {}, [style]), player.element);
  player.start(root, step, speed, selected);
  return player;
}

/** The kind of player that a film needs; kinds that no film of a page needs are not on it. */
function playerOf(film, onChange) {
  if (film.choices.length) return new ChoicePlayer(film, onChange);
  return film.variants.length ? new VariantPlayer(film, onChange) : new Player(film, onChange);
}

/** Bring to life the places on this page that carry a film of this digest and are still pictures. */
export function upgrade(digest, style) {
  for (const place of document.querySelectorAll(`[data-advis="${digest}"]`)) {
    if (place.shadowRoot) continue;
    const film = unpack(JSON.parse(place.querySelector('script[type="application/json"]').textContent));
    mount(place.attachShadow({ mode: "open" }), film, { style, step: Number(place.dataset.step ?? 0) });
  }
}
