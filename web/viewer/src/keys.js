// Keyboard shortcuts and the list of them.
import { iconButton, make } from "./dom.js";

/** `commands`: `[keys, what it does, action]`; `keys` are values of `KeyboardEvent.key`, the first one is shown. */
export class Keys {
  constructor(commands, licences) {
    this.commands = commands;
    this.dialog = helpDialog(commands, licences);
    document.addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.dialog.open) return;
    const { target } = event;
    const typing = target.matches?.("input[type=search], select, textarea");
    if (typing) return;
    if (event.key === " " && target.matches?.("button, summary")) return; // Space presses what has the focus
    if (event.key.startsWith("Arrow") && target.matches?.("input, [role=separator]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const found = this.commands.find(([keys]) => keys.includes(key));
    if (!found || found[2] === undefined) return;
    event.preventDefault();
    found[2](key);
  }

  help() {
    this.dialog.showModal();
  }
}

const SHOWN = { " ": "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };

function helpDialog(commands, licences) {
  const rows = commands
    .filter(([, what]) => what)
    .map(([keys, what]) =>
      make(
        "div",
        { class: "shortcut" },
        make(
          "dt",
          {},
          keys.map((key) => make("kbd", {}, SHOWN[key] ?? (key.length === 1 ? key.toUpperCase() : key))),
        ),
        make("dd", {}, what),
      ),
    );
  const dialog = make("dialog", { class: "help", "aria-label": "Keyboard shortcuts" });
  dialog.append(
    make(
      "header",
      {},
      make("h2", {}, "Shortcuts"),
      iconButton("close", "Close", () => dialog.close()),
    ),
    make("dl", {}, rows),
    make(
      "p",
      {},
      "Drag to turn, scroll or pinch to come nearer, drag with the right button or two fingers to move. Double-click the name of a slider to put it back.",
    ),
    make("details", {}, make("summary", {}, "Licences"), make("pre", {}, licences)),
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  return dialog;
}
