// What a page does with the films on it: pictures come to life.
import { show } from "./checked.js";

/** Bring to life the places on this page that carry a film of this digest and are still pictures. */
export function upgrade(digest, style) {
  for (const place of document.querySelectorAll(`[data-advis="${digest}"]`)) {
    if (place.shadowRoot) continue;
    const film = place.querySelector('script[type="application/json"]')?.textContent;
    const player = show(place.attachShadow({ mode: "open" }), film, { style, step: Number(place.dataset.step ?? 0) });
    if (player && "alone" in place.dataset) lead(player);
  }
}

/** A page that shows one player and nothing else is the player's: its window, and its keys also before it is clicked. */
function lead(player) {
  player.element.classList.add("lead");
  document.addEventListener("keydown", (event) => {
    if (document.activeElement === document.body) player.press(event);
  });
}
