// Making elements. No inline styles: the page's policy forbids them.
import { ICONS } from "./icons.js";

/** An element: `on*` values are listeners, other values attributes; null and false are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** An icon of our own, drawn in the text's colour. */
export function icon(name) {
  const holder = document.createElement("span");
  holder.className = "icon";
  holder.setAttribute("aria-hidden", "true");
  holder.innerHTML = `<svg viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor"
    stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">${ICONS[name]}</svg>`;
  return holder;
}

/** A button with an icon; `key` is the shortcut that its tooltip names. */
export function iconButton(name, label, onclick, { key = "", pressed = null } = {}) {
  const title = key ? `${label} (${key})` : label;
  return make(
    "button",
    { type: "button", class: "tool", title, "aria-label": label, "aria-pressed": pressed, onclick },
    icon(name),
  );
}
