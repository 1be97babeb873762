// A deck runs: reveal with our settings, a dark room at a key, and the speaker's window.
import { h } from "./elements.js";
import { present } from "./slides.js";

/* global Reveal */

/** Bring the films to life and start the slides. */
export function startDeck(style, width, height) {
  const top = document.documentElement, printed = /print-pdf/.test(location.search);
  if (printed) top.dataset.theme = "light";
  present(style);
  document.addEventListener("pdf-ready", () => present(style));
  Reveal.initialize({
    ...{ width, height, margin: 0, minScale: 0.1, maxScale: 8, center: false, display: "flex", transition: "none", hash: true },
    ...{ slideNumber: "c/t", pdfSeparateFragments: true, pdfMaxPagesPerSlide: 1, controlsTutorial: false, scrollActivationWidth: 0 },
  }).then(bindKeys);
}

function bindKeys() {
  const top = document.documentElement, system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => top.dataset.theme === "dark" || (!top.dataset.theme && system.matches);
  const turn = () => (top.dataset.theme = dark() ? "light" : "dark");
  Reveal.addKeyBinding({ keyCode: 68, key: "D", description: "Light or dark" }, turn);
  Reveal.addKeyBinding({ keyCode: 83, key: "S", description: "Speaker's notes" }, speak);
}

/** A second window with what the audience does not see; its keys lead the deck. */
function speak() {
  const view = window.open("", "advis-notes", "width=880,height=560"), begun = Date.now();
  if (!view) return;
  const [where, clock, said, notes, next] = ["where", "clock", "said", "notes", "next"].map((name) => h("div", { class: name }));
  const style = h("style", {}, [document.getElementById("speaker").textContent]);
  view.document.title = `Notes: ${document.title}`;
  view.document.head.replaceChildren(style);
  view.document.body.replaceChildren(h("header", {}, [where, clock]), said, notes, next);
  const tell = () => {
    const slide = Reveal.getCurrentSlide(), slides = Reveal.getSlides(), place = slides.indexOf(slide);
    where.textContent = `Slide ${place + 1} of ${slides.length}`;
    said.textContent = [...slide.querySelectorAll("[data-advis]")].map((film) => film.shadowRoot?.querySelector(".say p")?.textContent ?? "").join("\n");
    notes.replaceChildren(...[...slide.querySelectorAll("aside.notes")].flatMap((aside) => [...aside.cloneNode(true).childNodes]));
    const heading = slides[place + 1]?.querySelector("h1,h2,h3")?.textContent ?? slides[place + 1]?.querySelector("[data-title]")?.dataset.title;
    next.textContent = place + 1 < slides.length ? `Next: ${heading ?? `slide ${place + 2}`}` : "The last slide";
  };
  const time = () => {
    const seconds = Math.floor((Date.now() - begun) / 1000);
    clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };
  for (const change of ["slidechanged", "fragmentshown", "fragmenthidden"]) Reveal.on(change, () => setTimeout(tell));
  view.setInterval(time, 1000);
  view.document.onkeydown = ({ key }) => {
    if (["ArrowRight", " ", "PageDown"].includes(key)) Reveal.next();
    if (["ArrowLeft", "PageUp"].includes(key)) Reveal.prev();
  };
  time();
  tell();
}
