// What a deck does with the films on its slides: the fragments that stand beside a film are its steps.
import { show } from "./checked.js";

const FRAME = 104; // a window as high as a slide's film and this much gives its panes the same room
const MOST_ANSWERS = 500; // of the questions before one step

/** Bring the films of this digest (or all) to life, each at the step that its slide shows. */
export function present(style, digest = "") {
  const films = digest ? `[data-advis="${digest}"]` : "[data-advis]";
  for (const place of document.querySelectorAll(`.advis-steps>${films}`)) {
    if (place.shadowRoot) continue;
    const film = place.querySelector('script[type="application/json"]')?.textContent;
    const player = show(place.attachShadow({ mode: "open" }), film, { style });
    if (player && place.closest(".reveal")) lead(player, place);
  }
}

/** The classes that leave a drawing the place of the panes that are not wanted on a slide. */
function without(panes) {
  const gone = ["graph", "trace", "source", "say"].filter((name) => panes && !panes.split(" ").includes(name));
  const bare = gone.includes("trace") && gone.includes("source") ? ["bare"] : [];
  return [...bare, ...gone.map((name) => `no-${name}`)];
}

/** On a slide the deck's keys lead, whichever way they show and hide its fragments: by hand, by address, for print. */
function lead(player, place) {
  const steps = place.parentElement, fragments = [...steps.querySelectorAll(":scope>.fragment")];
  for (const spare of fragments.splice(player.length)) spare.remove(); // those of folded places, that show nothing new
  const follow = () => goTo(player, fragments.filter(({ classList }) => classList.contains("visible")).length);
  player.element.classList.add("slide");
  if (player.element.querySelector(".stage")) player.element.classList.add(...without(steps.dataset.panes));
  player.room = () => place.clientHeight + FRAME;
  player.press = () => {};
  place.addEventListener("keydown", (event) => {
    if (event.composedPath()[0].matches("select,[type=text]")) event.stopPropagation();
  });
  new MutationObserver(follow).observe(steps, { subtree: true, attributes: true, attributeFilter: ["class"] });
  follow();
}

/** Show what stands at a place; where a question waits before it, its answer is shown first. */
function goTo(player, position) {
  const step = player.stepAt(position), answer = () => player.element.querySelector(".quiz .show:not([hidden])");
  if (player.state.step > step) player.seek(step);
  for (let tries = 0; player.state.step < step && tries < MOST_ANSWERS; tries += 1) {
    if (answer()) answer().click();
    else player.seek(step);
  }
}
