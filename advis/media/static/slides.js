// What a deck does with the films on its slides: the fragments that stand beside a film are its steps.
import { show } from "./checked.js";

const FRAME = 104; // a window as high as a slide's film and this much gives its panes the same room

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

/** On a slide the deck's keys lead, whichever way they show and hide its fragments: by hand, by address, for print. */
function lead(player, place) {
  const steps = place.parentElement, fragments = [...steps.querySelectorAll(":scope>.fragment")];
  for (const spare of fragments.splice(player.length)) spare.remove(); // those of folded places, that show nothing new
  const follow = () => goTo(player, fragments.filter(({ classList }) => classList.contains("visible")).length);
  player.element.classList.add("slide");
  hide(player, steps.dataset.panes);
  player.room = () => place.clientHeight + FRAME;
  player.press = () => {};
  place.addEventListener("keydown", (event) => {
    if (event.composedPath()[0].matches("select,[type=text]")) event.stopPropagation();
  });
  new MutationObserver(follow).observe(steps, { subtree: true, attributes: true, attributeFilter: ["class"] });
  follow();
}

/** Leave a drawing the place of panes that are not wanted on the slide. */
function hide({ element }, wanted) {
  if (!wanted || !element.querySelector(".stage")) return;
  const names = { trace: ".pane.table", source: ".pane.lines", graph: ".stage", say: ".say" };
  const gone = Object.keys(names).filter((name) => !wanted.split(" ").includes(name)).flatMap((name) => [...element.querySelectorAll(names[name])]);
  const labels = gone.map((pane) => (pane.matches(".say") ? "Sentence" : pane.getAttribute("aria-label")));
  for (const entry of element.querySelectorAll(".menu .list button")) if (labels.includes(entry.getAttribute("aria-label"))) entry.click();
  for (const pane of gone) pane.hidden = true; // also where there is no menu
}

/** Show what stands at a place; where a question waits before it, its answer is shown first. */
function goTo(player, position) {
  const step = player.stepAt(position), answer = () => player.element.querySelector(".quiz .show:not([hidden])");
  player.seek(step);
  for (let before = -1; player.state.step < step && player.state.step > before; player.seek(step)) {
    before = player.state.step;
    answer()?.click();
  }
}
