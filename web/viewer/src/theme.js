// Light and dark: the system's, until the button is pressed.

export class Theme {
  constructor(onchange) {
    this.system = matchMedia("(prefers-color-scheme: dark)");
    this.chosen = null;
    this.onchange = onchange;
    this.system.addEventListener("change", () => this.apply());
    this.apply();
  }

  get dark() {
    return this.chosen === null ? this.system.matches : this.chosen === "dark";
  }

  toggle() {
    this.chosen = this.dark ? "light" : "dark";
    this.apply();
  }

  apply() {
    document.documentElement.dataset.theme = this.dark ? "dark" : "light";
    this.onchange(this.dark);
  }
}
