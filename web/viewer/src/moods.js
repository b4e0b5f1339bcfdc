// Emotion buttons and how strong they are.
import { make } from "./dom.js";
import { Slider, percent } from "./slider.js";

const SECONDS = 0.28;
const FACES = ["happy", "sad", "angry", "surprised", "afraid", "disgusted", "neutral"];

export class Moods {
  /** `mixes`: name to control values; names with a colon, such as `vrm:aa`, go to a list of their own. */
  constructor(rig, stage, mixes, onedit) {
    Object.assign(this, { rig, stage, mixes, onedit, intensity: 1, active: null });
    const place = (name) => (FACES.includes(name) ? FACES.indexOf(name) : FACES.length);
    const usable = Object.keys(mixes).filter(
      (name) => name === "neutral" || Object.keys(mixes[name]).some((control) => rig.values.has(control)),
    );
    this.names = usable.filter((name) => !name.includes(":")).sort((a, b) => place(a) - place(b));
    const others = usable.filter((name) => name.includes(":"));
    this.buttons = new Map([...this.names, ...others].map((name) => [name, this.button(name)]));
    this.slider = new Slider({ label: "Intensity", rest: 1, show: percent, oninput: (value) => this.intensify(value) });
    const chips = (names) =>
      make(
        "div",
        { class: "chips" },
        names.map((name) => this.buttons.get(name)),
      );
    this.element = make(
      "section",
      { class: "moods", "aria-label": "Emotions" },
      make("h2", {}, "Emotion"),
      chips(this.names),
      this.slider.element,
      others.length ? make("details", { class: "more" }, make("summary", {}, "More presets"), chips(others)) : null,
    );
    rig.addEventListener(
      "change",
      ({ detail }) => detail.origin !== "mood" && detail.origin !== "strength" && this.mark(null),
    );
  }

  button(name) {
    const label = name.split(":").pop();
    const shown = label.charAt(0).toUpperCase() + label.slice(1);
    return make(
      "button",
      { type: "button", class: "chip", "aria-pressed": "false", onclick: () => this.choose(name) },
      shown,
    );
  }

  /** Go to an emotion, or back to neutral when it is the one that shows. */
  choose(name) {
    const next = name === this.active ? "neutral" : name;
    this.onedit();
    this.glide(this.goal(next));
    this.mark(next in this.mixes && next !== "neutral" ? next : name === "neutral" ? "neutral" : null);
  }

  intensify(value) {
    this.intensity = value;
    if (!this.active || this.active === "neutral") return;
    this.onedit();
    this.stop?.();
    this.rig.set(this.goal(this.active), "mood");
  }

  goal(name) {
    const mix = this.mixes[name] ?? {};
    return Object.fromEntries(this.rig.controls.map((control) => [control, this.intensity * (mix[control] ?? 0)]));
  }

  glide(goal) {
    const start = new Map(this.rig.values);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let time = 0;
    let alive = true;
    this.stop?.();
    this.stop = () => (alive = false);
    this.stage.animate((seconds) => {
      if (!alive) return false;
      time = calm ? SECONDS : time + seconds;
      const share = Math.min(1, time / SECONDS);
      const eased = share * share * (3 - 2 * share);
      const between = ([name, value]) => [name, start.get(name) + eased * (value - start.get(name))];
      this.rig.set(Object.fromEntries(Object.entries(goal).map(between)), "mood");
      return share < 1;
    });
  }

  mark(name) {
    if (name === null) this.stop?.();
    this.active = name;
    for (const [own, button] of this.buttons) button.setAttribute("aria-pressed", own === name);
  }
}
