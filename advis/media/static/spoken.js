// What is selected is spoken: its row, or what its box or its piece of source says.
import { h } from "./elements.js";
import { FEATURES } from "./player.js";

FEATURES.push((player) => {
  const said = h("span", { class: "spoken", role: "status" });
  const selected = (key) => {
    const faces = [...player.cast.faces].flatMap(([name, elements]) => (player.meant(name) === key ? elements : []));
    const face = faces.find((one) => one.matches("tr")) ?? faces[0];
    const parts = face?.matches("tr, g") ? [...face.querySelectorAll("td, title, text")] : faces.slice(0, 1);
    const words = parts.filter((part) => part.textContent && getComputedStyle(part).display !== "none");
    said.textContent = words.length ? `Selected: ${words.map((part) => part.textContent).join(", ")}` : "";
  };
  return { tools: [said], selected };
});
