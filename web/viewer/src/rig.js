// The state of a head: control values and style strength, and the target weights that follow from them.

export const UNSTYLED = "unstyled";

export class Rig extends EventTarget {
  /** `targets`: name to `[{mesh, index}]`; `described`: what the file says of its rig, or null. */
  constructor(targets, described) {
    super();
    this.targets = targets;
    this.correctives = described?.correctives ?? [];
    const helpers = new Set([UNSTYLED, ...this.correctives.map((corrective) => corrective.name)]);
    const listed = described?.controls?.filter((name) => targets.has(name));
    this.controls = listed?.length ? listed : [...targets.keys()].filter((name) => !described || !helpers.has(name));
    this.mixes = described?.mixes ?? {};
    this.styled = Boolean(described) && targets.has(UNSTYLED);
    this.strength = 1;
    this.values = new Map();
    this.readBack(false);
    this.initial = new Map(this.values); // files may open in an expression
  }

  get(name) {
    return this.values.get(name) ?? 0;
  }

  /** Set controls from `{name: value}`; unknown names are ignored. `origin` says who did it. */
  set(values, origin = "") {
    for (const [name, value] of Object.entries(values)) if (this.values.has(name)) this.values.set(name, value);
    this.apply();
    this.tell(origin);
  }

  setStrength(strength) {
    this.strength = strength;
    this.applyStrength();
    this.tell("strength");
  }

  /** Back to how the file opened. */
  reset() {
    this.values = new Map(this.initial);
    this.apply();
    this.tell("reset");
  }

  /** Write the weights of all targets. */
  apply() {
    for (const name of this.controls) this.weigh(name, this.get(name));
    for (const { name, controls } of this.correctives)
      this.weigh(name, correctiveWeight(controls.map((c) => this.get(c))));
    this.applyStrength();
  }

  /** Clips carry the strength they were made at; the slider has the last word. */
  applyStrength() {
    if (this.styled) this.weigh(UNSTYLED, 1 - this.strength);
  }

  /** Take the controls' values from the meshes, where a clip has put them. */
  readBack(tell = true) {
    for (const name of this.controls) {
      const [first] = this.targets.get(name);
      this.values.set(name, first.mesh.morphTargetInfluences[first.index]);
    }
    if (tell) this.tell("clip");
  }

  weigh(name, weight) {
    for (const { mesh, index } of this.targets.get(name) ?? []) mesh.morphTargetInfluences[index] = weight;
  }

  tell(origin) {
    this.dispatchEvent(new CustomEvent("change", { detail: { origin } }));
  }
}

/** The product of two controls, or `4 v (1 - v)`, which is 1 half-way, of one. */
function correctiveWeight(values) {
  return values.length === 1 ? 4 * values[0] * (1 - values[0]) : values[0] * values[1];
}
