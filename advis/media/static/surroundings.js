// The page around a player: is it dark, and when does that change?

/** Is the page around us dark? Notebooks and documentation say so themselves; else the reader's system decides. */
function pageIsDark(system) {
  const { body, documentElement: top } = document;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
  if (/\bvscode-(dark|high-contrast)\b(?!-light)/.test(body.className)) return true;
  if (body.classList.contains("vscode-light")) return false;
  const names = [top.dataset.theme, body.dataset.theme, top.getAttribute("theme")];
  const said = names.find((name) => /^(dark|light)$/.test(name));
  return said ? said === "dark" : system.matches;
}

/** Keep an element's class `dark` true to the page; returns what ends this. */
export function followPage(element) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => element.classList.toggle("dark", pageIsDark(system));
  const observer = new MutationObserver(apply);
  for (const node of [document.body, document.documentElement]) observer.observe(node, { attributes: true });
  system.addEventListener("change", apply);
  apply();
  return () => {
    observer.disconnect();
    system.removeEventListener("change", apply);
  };
}
