// The 52 ARKit shapes as people look for them: by region, with left and right as pairs.

const REGIONS = [
  ["Brows", "brow"],
  ["Eyes", "eye"],
  ["Gaze", "eyeLook"],
  ["Jaw", "jaw"],
  ["Mouth", "mouth"],
  ["Cheeks", "cheek"],
  ["Nose", "nose"],
  ["Tongue", "tongue"],
];

const ARKIT = new Set(
  `browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff cheekSquintLeft cheekSquintRight
  eyeBlinkLeft eyeBlinkRight eyeLookDownLeft eyeLookDownRight eyeLookInLeft eyeLookInRight eyeLookOutLeft
  eyeLookOutRight eyeLookUpLeft eyeLookUpRight eyeSquintLeft eyeSquintRight eyeWideLeft eyeWideRight jawForward jawLeft
  jawOpen jawRight mouthClose mouthDimpleLeft mouthDimpleRight mouthFrownLeft mouthFrownRight mouthFunnel mouthLeft
  mouthLowerDownLeft mouthLowerDownRight mouthPressLeft mouthPressRight mouthPucker mouthRight mouthRollLower
  mouthRollUpper mouthShrugLower mouthShrugUpper mouthSmileLeft mouthSmileRight mouthStretchLeft mouthStretchRight
  mouthUpperUpLeft mouthUpperUpRight noseSneerLeft noseSneerRight tongueOut`.split(/\s+/),
);

// Both eyes turn the same way, so the linked rows of the gaze are directions, not names.
const DIRECTIONS = [
  ["Up", ["eyeLookUpLeft", "eyeLookUpRight"]],
  ["Down", ["eyeLookDownLeft", "eyeLookDownRight"]],
  ["Left", ["eyeLookOutLeft", "eyeLookInRight"]],
  ["Right", ["eyeLookInLeft", "eyeLookOutRight"]],
];

/** The ARKit name that a target of any tool stands for, or null: `blendShape1.mouthSmile_L` is `mouthSmileLeft`. */
export function arkitName(target) {
  const bare = target.split(/[.:|]/).pop().replace(/_L$/, "Left").replace(/_R$/, "Right");
  const name = bare.charAt(0).toLowerCase() + bare.slice(1);
  return ARKIT.has(name) ? name : null;
}

/** `[{name, rows}]` of controls; a row is `{label, side, controls}`. Linked pairs make one row of two controls. */
export function groupsOf(controls, linked) {
  const regions = new Map(REGIONS.map(([name]) => [name, []]));
  const others = [];
  for (const control of controls) {
    const known = arkitName(control);
    if (known) regions.get(regionOf(known)).push([known, control]);
    else others.push({ label: control, side: "", controls: [control] });
  }
  const groups = [...regions].map(([name, found]) => ({ name, rows: regionRows(name, found, linked) }));
  if (others.length) groups.push({ name: others.length === controls.length ? "All shapes" : "Other", rows: others });
  return groups.filter((group) => group.rows.length);
}

function regionOf(name) {
  const found = REGIONS.filter(([, prefix]) => name.startsWith(prefix));
  return found.reduce((best, one) => (one[1].length > best[1].length ? one : best))[0];
}

function regionRows(region, found, linked) {
  const own = new Map(found);
  if (linked && region === "Gaze") {
    const whole = DIRECTIONS.filter(([, names]) => names.every((name) => own.has(name)));
    if (whole.length * 2 === own.size) {
      return whole.map(([label, names]) => ({ label, side: "", controls: names.map((name) => own.get(name)) }));
    }
  }
  const rows = [];
  for (const [name, control] of found) {
    const { stem, side } = parts(name);
    const twin = own.get(`${name.slice(0, name.length - side.length)}${side === "Left" ? "Right" : "Left"}`);
    if (!linked || !side || !twin) rows.push({ label: stem, side, controls: [control] });
    else if (side === "Left") rows.push({ label: stem, side: "", controls: [control, twin] });
  }
  return rows;
}

/** `mouthSmileLeft` is "Smile" on the left; `jawLeft` and `mouthLeft` are movements, not sides. */
function parts(name) {
  const words = name.replace(/([A-Z])/g, " $1").split(" ");
  const last = words[words.length - 1];
  const side = words.length > 2 && (last === "Left" || last === "Right") ? last : "";
  const kept = words
    .slice(name.startsWith("eyeLook") ? 2 : 1, side ? -1 : undefined)
    .join(" ")
    .toLowerCase();
  return { stem: kept.charAt(0).toUpperCase() + kept.slice(1), side };
}
