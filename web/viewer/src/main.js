// Puts the page together.
import "./style.css";
import { Compare } from "./compare.js";
import { iconButton, icon, make } from "./dom.js";
import { Keys } from "./keys.js";
import { Model } from "./model.js";
import { Moods } from "./moods.js";
import { bakeOpenness, prepareOpenness } from "./openness.js";
import { readFacts, readLicences, readModel } from "./payload.js";
import { savePicture } from "./picture.js";
import { Player } from "./player.js";
import { arkitName } from "./regions.js";
import { Rig, UNSTYLED } from "./rig.js";
import { roundOff } from "./rounding.js";
import { Shapes } from "./shapes.js";
import { Sheet } from "./sheet.js";
import { Slider, percent } from "./slider.js";
import { Stage } from "./stage.js";
import { dress, shading } from "./surfaces.js";
import { Theme } from "./theme.js";
import { Wires } from "./wires.js";

const FADE = 0.35; // seconds in which crevices darken once they are known
const MOST = 0.7; // of an emotion's shapes, for it to be recognised
const TURN = Math.PI / 18;

start().catch((error) => {
  document.body.replaceChildren(
    make("p", { class: "fatal", role: "alert" }, `This head cannot be shown: ${error.message}`),
  );
  console.error(error);
});

async function start() {
  const facts = readFacts();
  const canvas = make("canvas", {
    tabindex: "0",
    role: "img",
    "aria-label": `${facts.title} in 3D; arrow keys turn it`,
  });
  const host = make("main", { class: "stage" }, canvas);
  document.body.append(host);
  const stage = new Stage(host, canvas);
  const result = await Model.load(readModel("result"), facts.upright);
  const inputBytes = readModel("input");
  const input = inputBytes ? await Model.load(inputBytes, facts.input_upright) : null;
  const rig = new Rig(result.targets, result.described);
  light(stage, result, input, facts);
  build({ facts, stage, result, input, rig, host });
  window.lego = { rig, stage, model: result };
  document.body.dataset.ready = "true";
}

/** Surfaces, places on the stage, and crevices as soon as there is time. */
function light(stage, result, input, facts) {
  for (const model of [result, input].filter(Boolean)) {
    const own = (model === result ? facts.foreign : facts.input_foreign) && !model.described;
    prepareOpenness(model);
    dress(model, own);
    if (!own && stage.quality.rounded) roundOff(model);
  }
  const box = result.bounds();
  stage.place("result", result, box);
  if (input) stage.place("input", input, facts.input_same_frame ? box : input.bounds());
  bakeOpenness(stage, result, () => {
    stage.animate((seconds) => (shading.baked.value = Math.min(1, shading.baked.value + seconds / FADE)) < 1);
    if (input) bakeOpenness(stage, input, () => stage.draw());
    document.body.dataset.lit = "true";
  });
}

function build({ facts, stage, result, input, rig, host }) {
  const player = result.clips.length ? new Player(result, rig, stage) : null;
  const edited = () => player?.pause();
  const reset = () => {
    player?.stop();
    rig.reset();
  };
  const edit = (values) => {
    edited();
    rig.set(values);
  };
  const mixes = Object.keys(rig.mixes).length ? rig.mixes : ownMixes(facts.mixes ?? {}, rig);
  const moods = Object.values(mixes).some((mix) => Object.keys(mix).length)
    ? new Moods(rig, stage, mixes, edited)
    : null;
  const shapes = rig.controls.length ? new Shapes(rig, { onedit: edit, onreset: reset }) : null;
  const sheet = new Sheet(heading(facts, result, rig), strengthOf(rig), moods?.element, shapes?.element ?? noShapes());
  const compare = input ? new Compare(stage) : null;
  const wires = new Wires(() => [result, input].filter(Boolean));
  const theme = new Theme((dark) => (stage.studio.setTheme(dark), stage.draw()));
  rig.addEventListener("change", () => {
    shading.jaw.value = Math.min(1, Math.max(0, rig.get("jawOpen")));
    stage.draw();
  });
  const actions = {
    wires: () => (wires.toggle(), tools.wires.setAttribute("aria-pressed", wires.on), stage.draw()),
    home: () => (stage.home(), stage.draw()),
    theme: () => theme.toggle(),
    picture: () => savePicture(stage, facts.title),
    panel: () => (sheet.toggle(), tools.panel.setAttribute("aria-pressed", !document.body.classList.contains("bare"))),
    help: () => keys.help(),
  };
  const keys = new Keys(commands({ stage, player, shapes, moods, compare, actions, reset, sheet }), readLicences());
  const tools = toolbar(actions);
  host.append(
    make(
      "div",
      { class: "top" },
      compare?.element,
      make("div", { class: "tools", role: "toolbar", "aria-label": "View" }, Object.values(tools)),
    ),
  );
  if (compare) host.append(compare.overlay);
  if (player) host.append(player.element);
  document.body.append(sheet.element);
}

function toolbar(actions) {
  const theme = iconButton("moon", "Light or dark", actions.theme, { key: "T" });
  theme.append(icon("sun"));
  return {
    home: iconButton("frame", "Front view", actions.home, { key: "F" }),
    wires: iconButton("wire", "Wireframe", actions.wires, { key: "W", pressed: "false" }),
    picture: iconButton("camera", "Save a picture", actions.picture, { key: "S" }),
    theme,
    help: iconButton("help", "Shortcuts", actions.help, { key: "?" }),
    panel: iconButton("panel", "Controls", actions.panel, { key: "P", pressed: "true" }),
  };
}

function heading(facts, model, rig) {
  const vertices = model.vertices();
  const number = (value, one) => `${value.toLocaleString("en")} ${value === 1 ? one : `${one}s`}`;
  const counts = [vertices === 1 ? "1 vertex" : `${vertices.toLocaleString("en")} vertices`];
  if (rig.controls.length) counts.push(number(rig.controls.length, "shape"));
  if (model.clips.length) counts.push(number(model.clips.length, "clip"));
  return make(
    "header",
    { class: "heading" },
    make("h1", { title: facts.title }, facts.title),
    make("p", {}, counts.join(" · ")),
  );
}

function strengthOf(rig) {
  if (!rig.styled) return null;
  const oninput = (value) => rig.setStrength(value);
  const slider = new Slider({
    label: "Style strength",
    low: 0,
    high: 1.5,
    rest: 1,
    mark: 1,
    show: percent,
    oninput,
    title: `target ${UNSTYLED}`,
  });
  slider.input.classList.add("wide");
  return make("section", { class: "strength", "aria-label": "Style" }, slider.element);
}

/** Our emotions in the names of a file that has none of its own: those of which it has most of the shapes. */
function ownMixes(mixes, rig) {
  const own = new Map(rig.controls.map((control) => [arkitName(control), control]));
  const known = (mix) =>
    Object.entries(mix)
      .filter(([name]) => own.has(name))
      .map(([name, value]) => [own.get(name), value]);
  const whole = Object.entries(mixes).filter(([, mix]) => known(mix).length >= MOST * Object.keys(mix).length);
  return Object.fromEntries(whole.map(([name, mix]) => [name, Object.fromEntries(known(mix))]));
}

const noShapes = () => make("p", { class: "empty" }, "This file has no shapes to move.");

function commands({ stage, player, shapes, moods, compare, actions, reset, sheet }) {
  const turn = { ArrowLeft: [-TURN, 0], ArrowRight: [TURN, 0], ArrowUp: [0, TURN], ArrowDown: [0, -TURN] };
  const list = [
    [Object.keys(turn), "Turn the view", (key) => stage.orbit(...turn[key])],
    [["+", "-"], "Nearer, further", (key) => stage.orbit(0, 0, key === "-" ? 1 / 1.15 : 1.15)],
    [["="], "", () => stage.orbit(0, 0, 1.15)], // + without Shift
    [["f"], "Front view", actions.home],
    [["w"], "Wireframe", actions.wires],
    [["t"], "Light or dark", actions.theme],
    [["s"], "Save a picture", actions.picture],
    [["p"], "Show or hide the controls", actions.panel],
    [["?"], "This list", actions.help],
  ];
  if (compare) list.push([["c"], "Result, side by side, wipe", () => compare.next()]);
  if (shapes) {
    const find = () => (
      document.body.classList.remove("bare"),
      sheet.at === "low" && sheet.stop("half"),
      shapes.search.focus()
    );
    list.push(
      [["/"], "Search shapes", find],
      [["l"], "Link left and right", () => shapes.link(!shapes.linked)],
      [["x"], "Reset all shapes", reset],
    );
  }
  if (moods)
    list.push([
      moods.names.slice(0, 9).map((_, i) => `${i + 1}`),
      "Emotions",
      (key) => moods.choose(moods.names[Number(key) - 1]),
    ]);
  if (player) {
    list.push(
      [[" "], "Play or pause", () => player.toggle()],
      [[",", "."], "Back or on by a frame", (key) => player.step(key === "," ? -1 : 1)],
    );
    list.push([["<", ">"], "Slower, faster", (key) => player.faster(key === "<" ? -1 : 1)]);
  }
  return list;
}
