// The player asks: before a step is shown, the reader says what comes. Questions and what is said to each answer are in
// the film (films/questions.py); here they are put, answers are read and judged, and the right ones at the first try counted.
import { h, write } from "./elements.js";
import { FEATURES } from "./player.js";

/** @typedef {{step: number, kind: string, asked: any, answers: [string, number, any][], choices: string[], tries: number, done: string}} Question */

FEATURES.push((player) => (player.film.data.quiz ? quizOf(player) : undefined));

const CLOSE = 2e-3; // as in films/number_questions.py
const TRY_AGAIN = "Try again, or let it be shown.";
const FORMS = { node: "Write the name of a node, or click it.", number: "Write a number, such as −0.5, 1/2 or 1e−3." };

/** The number that a text means: 5, −0.5, 0,5, 1/2, 1e-3, inf; undefined if it is none. @param {string} text */
export function numberIn(text) {
  const tidy = text.trim().toLowerCase().replaceAll("−", "-").replaceAll(" ", "").replace(",", ".");
  const [over, under, ...more] = tidy.split("/").map(plainNumber);
  if (more.length || over === undefined) return undefined;
  if (!tidy.includes("/")) return over;
  return under ? over / under : undefined;
}

function plainNumber(text) {
  const odd = { nan: NaN, inf: Infinity, "-inf": -Infinity, infinity: Infinity, "-infinity": -Infinity };
  if (text in odd) return odd[text];
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Whether two numbers are one answer. */
export function closeTo(answer, other) {
  if (!Number.isFinite(answer) || !Number.isFinite(other)) return Object.is(answer, other);
  return Math.abs(answer - other) <= Math.max(CLOSE * Math.abs(other), 1e-9);
}

/** What a question says to an answer: whether it is right, and why; undefined if it could not be read. */
export function judged({ kind, answers }, answer) {
  const read = kind === "number" ? numberIn(answer) : answer;
  if (read === undefined || read === "") return undefined;
  const same = kind === "number" ? ([value]) => closeTo(read, Number(value)) : ([value]) => value === read;
  const [, right = 0, said = []] = answers.find(same) ?? [];
  return { right: Boolean(right), said };
}

/** The questions of each way to play a film; a play asks in turn what its sweeps ask. @returns {Question[][]} */
export function questionsOf({ data, variants }) {
  const questions = ([step, kind, asked, answers, choices], later = 0) => ({ step: step + later, kind, asked, answers, choices, tries: 0, done: "" });
  const ways = data.quiz.map((way) => way.map((one) => questions(one)));
  if (!variants.length) return ways;
  const later = variants[1].steps + 1;
  return [...ways, [...data.quiz[1].map((one) => questions(one)), ...data.quiz[2].map((one) => questions(one, later))]];
}

function quizOf(player) {
  const ways = questionsOf(player.film), names = namesOf(player.film);
  const told = h("p", { class: "told", role: "status", "aria-live": "polite", "aria-atomic": "true" });
  const asked = h("p", { class: "asked", id: "asked" }), field = h("input", { type: "text", autocomplete: "off", spellcheck: "false", "aria-labelledby": "asked" });
  const choices = h("span", { class: "choices", role: "group", "aria-labelledby": "asked" });
  const check = textButton("check", "Check", () => answer(field.value)), show = textButton("show", "Show me", () => reveal());
  const again = textButton("again", "Once more", () => restart());
  const bar = h("section", { class: "quiz", "aria-label": "Quiz" }, [told, h("div", { class: "answer" }, [h("div", { class: "ask" }, [asked]), field, choices, check, show, again])]);
  const these = () => ways[player.way ?? 0];
  let way = null; // whose questions stand there
  const waiting = () => these().find(({ done }) => !done);
  const pending = () => (waiting()?.step === player.state.step + 1 ? waiting() : undefined);

  function say(mark, spans, more = "") {
    write(told, [["strong", mark], ["", " "], ...spans, ["", more]]);
    told.className = `told ${mark[0] === "✗" ? "wrong" : ""}`;
  }

  /** Put the question that waits at this step, or say where the next one waits. */
  function ask() {
    const question = pending(), list = these(), place = list.indexOf(waiting()) + 1;
    const count = ["soft", `${place} / ${list.length}  `];
    if (question) write(asked, [count, ...question.asked]);
    else if (place) write(asked, [["soft", `Question ${place} of ${list.length} waits at step ${waiting().step - 1}.`]]);
    else write(asked, [["strong", score()]]);
    field.hidden = check.hidden = !question || question.kind === "shape";
    field.inputMode = question?.kind === "number" ? "decimal" : "text";
    field.placeholder = { number: "number", node: "name" }[question?.kind] ?? "";
    field.value = "";
    choices.hidden = question?.kind !== "shape";
    choices.replaceChildren(...(question?.choices ?? []).map((text, i) => textButton("shape", text, () => answer(text), `${i + 1}: ${text}`)));
    show.hidden = !question;
    again.hidden = Boolean(place);
    bar.classList.toggle("waits", Boolean(question));
  }

  function answer(given) {
    const question = pending();
    if (!question) return;
    const key = question.kind === "node" ? names.get(given.trim()) ?? "" : given;
    const verdict = judged(question, key);
    if (field.matches(":focus")) field.select(); // what is written next takes its place
    if (!verdict) return say("?", [["", FORMS[question.kind]]]);
    question.tries += 1;
    if (!verdict.right) return say("✗ Not quite.", verdict.said.length ? verdict.said : [["", TRY_AGAIN]]);
    settle(question, "right", "✓ Right.", verdict.said);
  }

  const reveal = () => settle(pending(), "shown", "Shown.", pending().answers[0][2]);

  /** A question is done: its step is shown, and the next one can be answered at once. */
  function settle(question, done, mark, said) {
    const typing = field.matches(":focus") || choices.matches(":focus-within") || show.matches(":focus");
    question.done = done === "right" && question.tries > 1 ? "late" : done;
    say(mark, said);
    player.go(question.step);
    if (typing) focus();
  }

  function focus() {
    if (!pending()) return player.element.focus({ preventScroll: true });
    (field.hidden ? choices.firstChild : field).focus({ preventScroll: true });
  }

  function restart() {
    for (const question of these()) Object.assign(question, { tries: 0, done: "" });
    way = null;
    player.go(0);
  }

  function score() {
    const list = these(), right = list.filter(({ done }) => done === "right").length;
    return `${right} of ${list.length} right at the first try.`;
  }

  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") player.element.focus({ preventScroll: true });
    if (event.key === "Enter") answer(field.value);
    event.stopPropagation(); // what is typed steps nothing
  });

  return {
    asides: [bar],
    reach: (step) => {
      const limit = waiting() ? waiting().step - 1 : Infinity;
      if (step > limit && player.state.step === limit) stopAt();
      return limit;
    },
    click: (event, key) => pending()?.kind === "node" && names.has(key) && (answer(key), true),
    press: (event) => {
      const question = pending(), choice = question?.choices[Number(event.key) - 1];
      if (choice) answer(choice);
      else if (question && !(event.target instanceof HTMLButtonElement) && (event.key === "Enter" || (question.kind === "number" && /^[\d.−-]$/.test(event.key)))) {
        focus();
        return event.key === "Enter"; // a digit goes into the field
      }
      return Boolean(choice);
    },
    shown: (step) => {
      if (way !== these()) write(told, [["soft", "Say what comes before it is shown: write it, or click it in the picture."]]);
      way = these();
      ask();
      if (step === player.steps && !waiting()) player.element.querySelector(".say p").append(` ${score()}`);
    },
  };

  /** Nobody goes past a question: who tries is led to it. */
  function stopAt() {
    player.pause();
    player.onChange(player.state, { step: player.state.step }); // a kernel hears it too
    const { activeElement } = /** @type {ShadowRoot} */ (player.element.getRootNode());
    if (activeElement || document.activeElement === document.body) focus();
  }
}

/** Keys by what readers may write for them: the name of a node, or its key, as a click gives it. */
function namesOf({ scenes }) {
  const rows = scenes.find(({ kind }) => kind === "table").marks;
  return new Map(rows.flatMap(({ key, cells }) => [[cells[0].map(([, part]) => part).join(""), key], [key, key]]));
}

function textButton(name, text, onClick, label = text) {
  const element = h("button", { type: "button", class: `text ${name}`, "aria-label": label }, [text]);
  element.addEventListener("click", onClick);
  return element;
}
