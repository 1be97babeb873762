// A widget whose kernel sends one film after the other while the reader moves the inputs by hand: see av.explore.
import { at } from "./film.js";
import { dragging } from "./drag.js";
import { fill, s, write } from "./elements.js";
import { groupOf, patch, replace, sameMarks } from "./renew.js";

const HEARD = ["error", "notice", "values", "step"];
const HINT = "Drag sideways (finer with Shift), or select and press + or −, to change this value";

/**
 * Let a widget's player be moved by hand, and go from one film to the next without a jump.
 * @param {any} player  the one that stands there
 * @param {any} model
 * @param {(film: any) => any} begin  puts another player in its place
 */
export function enliven(player, model, begin) {
  const { host } = /** @type {ShadowRoot} */ (player.element.getRootNode());
  const seen = { notice: "", step: 0, said: false };
  const dress = () => {
    for (const key of Object.keys(model.get("values"))) movable(groupOf(player.cast, key));
    announce(player, model, seen);
  };
  const end = dragging(host, model, () => player.state.selected);
  for (const name of HEARD) model.on(`change:${name}`, dress);
  dress();
  return {
    show(film) {
      if (sameMarks(player.film, film)) patch(player, film);
      else player = replace(player, model.get("kept"), () => begin(film));
      dress();
      return player;
    },
    stop() {
      for (const name of HEARD) model.off(`change:${name}`, dress);
      end();
    },
  };
}

/** A box that can be moved looks so, and says how. */
function movable(group) {
  if (!group || group.classList.contains("movable")) return;
  group.classList.add("movable");
  group.querySelector("title")?.remove();
  group.prepend(fill(s("title"), {}, [HINT]));
}

/** In place of the sentence, and at the top: the error of f, as long as there is one; what changed, until the reader goes on. */
function announce(player, model, seen) {
  const [error, notice, step] = ["error", "notice", "step"].map((name) => model.get(name));
  if (seen.notice !== notice) Object.assign(seen, { notice, step });
  const news = error ? [["wrong", `⚠ ${error}`]] : notice && seen.step === step ? [["strong", notice]] : null;
  player.element.classList.toggle("stale", Boolean(error));
  if (!news && !seen.said) return;
  const places = { ".say p": at(player.states, "say").text, ".title .soft": player.film.subtitle ?? "" };
  for (const [place, usual] of Object.entries(places)) {
    const element = player.element.querySelector(place);
    if (element) write(element, news ?? usual);
  }
  seen.said = Boolean(news);
}
