// The panel of shape sliders: by region, linked or single, searchable, however many there are.
import { icon, iconButton, make } from "./dom.js";
import { groupsOf } from "./regions.js";
import { Slider, twoDigits } from "./slider.js";

const MANY = 80; // shapes; beyond this groups start closed

export class Shapes {
  constructor(rig, { onedit, onreset }) {
    Object.assign(this, { rig, onedit, linked: true, groups: [] });
    this.search = make("input", {
      type: "search",
      placeholder: "Search",
      "aria-label": "Search shapes",
      spellcheck: "false",
    });
    this.search.addEventListener("input", () => this.filter());
    this.search.addEventListener("keydown", (event) => event.key === "Escape" && this.clearSearch());
    this.linkButton = iconButton("link", "Move left and right together", () => this.link(!this.linked), {
      key: "L",
      pressed: "true",
    });
    const copy = iconButton("copy", "Copy as command-line flags", () => this.copy(copy));
    const reset = iconButton("reset", "Reset all shapes", onreset, { key: "X" });
    this.list = make("div", { class: "groups" });
    this.empty = make("p", { class: "empty", hidden: true }, "No shape has that name.");
    this.paired = groupsOf(rig.controls, true).some((group) => group.rows.some((row) => row.controls.length > 1));
    this.linkButton.hidden = !this.paired;
    this.element = make(
      "section",
      { class: "shapes", "aria-label": "Shapes" },
      make(
        "div",
        { class: "bar" },
        make("div", { class: "search" }, icon("search"), this.search),
        this.linkButton,
        copy,
        reset,
      ),
      this.list,
      this.empty,
    );
    this.build();
    rig.addEventListener("change", () => this.stale());
  }

  link(linked) {
    this.linked = linked && this.paired;
    this.linkButton.setAttribute("aria-pressed", this.linked);
    this.build();
    this.filter();
  }

  build() {
    const open = new Map(this.groups.map((group) => [group.name, group.element.open]));
    const few = this.rig.controls.length <= MANY;
    const described = groupsOf(this.rig.controls, this.linked);
    this.groups = described.map(
      ({ name, rows }) => new ShapeGroup(this, name, rows, open.get(name) ?? (few || described.length === 1)),
    );
    this.list.replaceChildren(...this.groups.map((group) => group.element));
    this.refresh();
  }

  filter() {
    const words = this.search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const group of this.groups) found += group.filter(words);
    this.empty.hidden = found > 0;
  }

  clearSearch() {
    this.search.value = "";
    this.filter();
  }

  stale() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = null;
      this.refresh();
    });
  }

  refresh() {
    for (const group of this.groups) group.refresh();
  }

  async copy(button) {
    const moved = this.rig.controls.filter((name) => Math.abs(this.rig.get(name)) > 0.004);
    const flags = moved.map((name) => `--expression ${name}=${Number(this.rig.get(name).toFixed(2))}`).join(" ");
    const ok = await navigator.clipboard.writeText(flags).then(
      () => true,
      () => false,
    );
    button.dataset.said = ok ? "Copied" : "No clipboard";
    setTimeout(() => delete button.dataset.said, 1200);
  }
}

class ShapeGroup {
  constructor(owner, name, rows, open) {
    Object.assign(this, { owner, name, rows, sliders: null });
    this.count = make("span", { class: "count" });
    this.body = make("div", { class: "rows" });
    const summary = make("summary", {}, icon("chevron"), make("span", {}, name), this.count);
    this.element = make("details", { class: "group", open }, summary, this.body);
    this.element.addEventListener("toggle", () => this.fill());
    if (open) this.fill();
  }

  /** Sliders are made when the group is first opened: a file may have thousands. */
  fill() {
    if (this.sliders || !this.element.open) return;
    this.sliders = this.rows.map((row) => this.slider(row));
    this.body.replaceChildren(...this.sliders.map((slider) => slider.element));
    this.refresh();
  }

  slider({ label, side, controls }) {
    const { rig, onedit } = this.owner;
    const initial = controls.map((name) => rig.initial.get(name));
    const [low, high] = [Math.min(0, ...initial), Math.max(1, ...initial)];
    const oninput = (value) => onedit(Object.fromEntries(controls.map((name) => [name, value])));
    return new Slider({ label, side, low, high, title: controls.join(" + "), oninput });
  }

  refresh() {
    const { rig } = this.owner;
    const moved = this.rows.filter(({ controls }) => controls.some((name) => Math.abs(rig.get(name)) > 0.004));
    this.count.textContent = moved.length ? `${moved.length} of ${this.rows.length}` : this.rows.length;
    this.count.classList.toggle("active", moved.length > 0);
    this.sliders?.forEach((slider, i) => {
      const values = this.rows[i].controls.map((name) => rig.get(name));
      const uneven = Math.max(...values) - Math.min(...values) > 0.004;
      slider.set(Math.max(...values), uneven ? values.map(twoDigits).join(" | ") : null);
    });
  }

  /** Show the rows that have all words; returns how many. */
  filter(words) {
    const fits = this.rows.map(({ label, side, controls }) => {
      const text = `${this.name} ${label} ${side} ${controls.join(" ")}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const found = fits.filter(Boolean).length;
    if (words.length && found) this.element.open = true;
    this.fill();
    this.element.hidden = !found;
    this.sliders?.forEach((slider, i) => (slider.element.hidden = !fits[i]));
    return found;
  }
}
