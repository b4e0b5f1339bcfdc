// One labelled slider. Double-click its name, or press Backspace on it, to put it back.
import { make } from "./dom.js";

let count = 0;

export class Slider {
  constructor({ label, side = "", low = 0, high = 1, rest = 0, mark = null, show = twoDigits, oninput, title = "" }) {
    Object.assign(this, { low, high, rest, show });
    const id = `slider-${count++}`;
    this.input = make("input", {
      type: "range",
      id,
      min: low,
      max: high,
      step: 0.01,
      value: rest,
      class: mark === null ? null : "marked",
    });
    this.output = make("output", { for: id });
    const name = make(
      "label",
      { for: id, title },
      label,
      ...(side ? [" ", make("span", { class: "side" }, side)] : []),
    );
    this.element = make("div", { class: "row" }, name, this.input, this.output);
    if (mark !== null) this.input.style.setProperty("--mark", (mark - low) / (high - low));
    const put = (value) => {
      this.set(value);
      oninput(value);
    };
    this.input.addEventListener("input", () => put(Number(this.input.value)));
    name.addEventListener("dblclick", () => put(this.rest));
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Backspace" || event.key === "Delete") put(this.rest);
    });
    this.set(rest);
  }

  /** Show a value; `text` replaces its digits. */
  set(value, text = null) {
    this.input.value = value;
    const share = Math.min(1, Math.max(0, (value - this.low) / (this.high - this.low)));
    this.input.style.setProperty("--share", share);
    this.output.textContent = text ?? this.show(value);
    this.element.classList.toggle("moved", Math.abs(value - this.rest) > 0.004);
  }
}

export const twoDigits = (value) => (Math.abs(value) < 0.005 ? "0" : value.toFixed(2).replace(/^(-?)0\./, "$1."));
export const percent = (value) => `${Math.round(100 * value)} %`;
