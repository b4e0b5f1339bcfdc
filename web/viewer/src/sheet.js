// The panel: a column beside the stage on a desk, a sheet that is pulled up from below on a phone.
import { make } from "./dom.js";

const STOPS = ["low", "half", "full"];

export class Sheet {
  constructor(...sections) {
    this.grip = make("button", {
      type: "button",
      class: "grip",
      "aria-label": "Panel height",
      onclick: () => this.cycle(),
    });
    this.body = make("div", { class: "sheet-body" }, sections);
    this.element = make("aside", { class: "sheet", "aria-label": "Controls" }, this.grip, this.body);
    this.stop("half");
    this.grip.addEventListener("pointerdown", (event) => this.start(event));
    this.grip.addEventListener("pointermove", (event) => this.drag(event));
    this.grip.addEventListener("pointerup", (event) => this.end(event));
  }

  /** Hide or show the whole panel. */
  toggle() {
    return document.body.classList.toggle("bare");
  }

  stop(name) {
    this.at = name;
    this.element.dataset.stop = name;
    this.element.style.removeProperty("--height");
    this.grip.setAttribute("aria-expanded", name !== "low");
  }

  cycle() {
    if (this.dragged) return;
    this.stop(STOPS[(STOPS.indexOf(this.at) + 1) % STOPS.length]);
  }

  start(event) {
    this.grip.setPointerCapture(event.pointerId);
    this.from = { y: event.clientY, height: this.element.getBoundingClientRect().height };
    this.dragged = false;
  }

  drag(event) {
    if (!this.from) return;
    const rise = this.from.y - event.clientY;
    if (Math.abs(rise) > 5) this.dragged = true;
    if (this.dragged) this.element.style.setProperty("--height", `${Math.max(64, this.from.height + rise)}px`);
  }

  end() {
    if (this.dragged) {
      const share = this.element.getBoundingClientRect().height / window.innerHeight;
      this.stop(share < 0.25 ? "low" : share < 0.65 ? "half" : "full");
    }
    this.from = null;
  }
}
