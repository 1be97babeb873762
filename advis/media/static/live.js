// A widget whose kernel sends one film after the other while the reader moves the inputs by hand: see av.explore.
import { at } from "./film.js";
import { dragging } from "./drag.js";
import { fill, s, write } from "./elements.js";
import { groupOf, patch, replace, sameMarks } from "./renew.js";

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
    tell(player, model.get("error"), model.get("notice"), seen);
  };
  const end = dragging(host, model, () => player.state.selected);
  for (const name of ["error", "notice", "values"]) model.on(`change:${name}`, dress);
  dress();
  return {
    show(film) {
      if (sameMarks(player.film, film)) patch(player, film);
      else player = replace(player, model.get("kept"), () => begin(film));
      dress();
      return player;
    },
    stop() {
      for (const name of ["error", "notice", "values"]) model.off(`change:${name}`, dress);
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

/** Where the sentence stands: the error of f, as long as there is one; what changed, until the reader goes on. */
function tell(player, error, notice, seen) {
  const { step } = player.state;
  if (seen.notice !== notice) Object.assign(seen, { notice, step });
  player.element.classList.toggle("stale", Boolean(error));
  const news = notice && seen.step === step ? [["strong", `${notice}. `]] : [];
  const told = error ? [["wrong", `⚠ ${error}`]] : news.length ? news : at(player.states, "say").text;
  const text = player.element.querySelector(".say p");
  if (text && (error || news.length || seen.said)) write(text, told);
  seen.said = Boolean(error || news.length);
}
