// Input and result: one alone, side by side, or behind a divider that can be dragged.
import { make } from "./dom.js";

const MODES = [
  ["result", "Result"],
  ["beside", "Side by side"],
  ["wipe", "Wipe"],
];

export class Compare {
  constructor(stage) {
    this.stage = stage;
    this.buttons = MODES.map(([mode, label]) =>
      make(
        "button",
        { type: "button", "aria-pressed": String(mode === "result"), onclick: () => this.choose(mode) },
        label,
      ),
    );
    this.element = make(
      "div",
      { class: "modes", role: "group", "aria-label": "Compare with the input (C)" },
      this.buttons,
    );
    this.handle = make("div", {
      class: "divider",
      role: "separator",
      tabindex: "0",
      hidden: true,
      "aria-label": "Divider between input and result",
      "aria-orientation": "vertical",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
    });
    this.labels = ["Input", "Result"].map((text) => make("span", { class: "tag", hidden: true }, text));
    this.overlay = make("div", { class: "compare" }, this.labels, this.handle);
    this.handle.addEventListener("pointerdown", (event) => this.handle.setPointerCapture(event.pointerId));
    this.handle.addEventListener("pointermove", (event) => {
      if (!this.handle.hasPointerCapture(event.pointerId)) return;
      const box = stage.host.getBoundingClientRect();
      this.move((event.clientX - box.left) / box.width);
    });
    this.handle.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key];
      if (step) this.move(stage.divider + step);
      if (step) event.stopPropagation();
    });
    this.move(0.5);
  }

  choose(mode) {
    this.buttons.forEach((button, i) => button.setAttribute("aria-pressed", MODES[i][0] === mode));
    this.overlay.dataset.mode = mode;
    this.handle.hidden = mode !== "wipe";
    this.labels.forEach((label) => (label.hidden = mode === "result"));
    this.stage.setMode(mode);
  }

  next() {
    const at = MODES.findIndex(([mode]) => mode === this.stage.mode);
    this.choose(MODES[(at + 1) % MODES.length][0]);
  }

  move(share) {
    this.stage.divider = Math.min(0.98, Math.max(0.02, share));
    this.overlay.style.setProperty("--divider", `${100 * this.stage.divider}%`);
    this.handle.setAttribute("aria-valuenow", Math.round(100 * this.stage.divider));
    this.stage.draw();
  }
}
