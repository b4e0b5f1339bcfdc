// Clips: play, pause, scrub, speed, loop.
import { AnimationMixer, LoopOnce, LoopRepeat } from "three";
import { icon, iconButton, make } from "./dom.js";

const SPEEDS = [0.25, 0.5, 1, 1.5, 2];
const FRAME = 1 / 30;

export class Player {
  constructor(model, rig, stage) {
    Object.assign(this, { model, rig, stage, playing: false, looping: true, speed: 1, clip: null, action: null });
    this.mixer = new AnimationMixer(model.scene);
    this.playButton = iconButton("play", "Play", () => this.toggle(), { key: "Space" });
    this.scrubber = make("input", { type: "range", min: 0, max: 1, step: 0.001, value: 0, "aria-label": "Time" });
    this.scrubber.addEventListener("input", () => this.seek(Number(this.scrubber.value)));
    this.time = make("span", { class: "time" });
    this.speedButton = make("button", {
      type: "button",
      class: "speed",
      title: "Speed (< and >)",
      onclick: () => this.faster(1, true),
    });
    this.loopButton = iconButton("loop", "Loop", () => this.loop(!this.looping), { pressed: "true" });
    const names = model.clips.map((clip, i) => make("option", { value: i }, clip.name || `Clip ${i + 1}`));
    this.chooser = make(
      "select",
      { "aria-label": "Clip", onchange: () => this.choose(Number(this.chooser.value)) },
      names,
    );
    this.chooser.classList.toggle("alone", names.length < 2);
    this.element = make(
      "div",
      { class: "player", role: "group", "aria-label": "Clip" },
      this.playButton,
      this.chooser,
      this.scrubber,
      this.time,
      this.speedButton,
      this.loopButton,
    );
    this.choose(0);
    this.setSpeed(1);
  }

  choose(index) {
    this.pause();
    this.mixer.stopAllAction();
    this.clip = this.model.clips[index];
    this.action = this.mixer.clipAction(this.clip);
    this.action.clampWhenFinished = true;
    this.moves = this.clip.tracks.some((track) => track.name.endsWith(".morphTargetInfluences"));
    this.length = Math.max(this.clip.duration, 1e-3);
    this.scrubber.max = this.length;
    this.show(0);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.playing) return;
    if (!this.looping && this.at() >= this.length - 1e-3) this.action.time = 0;
    this.engage();
    this.playing = true;
    this.button("pause", "Pause");
    this.stage.animate((seconds) => this.tick(seconds));
  }

  pause() {
    this.playing = false;
    this.button("play", "Play");
  }

  /** Back to the pose without a clip. */
  stop() {
    this.pause();
    this.mixer.stopAllAction();
    this.show(0);
  }

  seek(time) {
    this.engage();
    this.action.time = Math.min(this.length, Math.max(0, time));
    this.mixer.update(0);
    this.taken();
    this.stage.draw();
  }

  step(frames) {
    this.pause();
    this.seek(this.at() + frames * FRAME);
  }

  loop(looping) {
    this.looping = looping;
    this.loopButton.setAttribute("aria-pressed", looping);
  }

  faster(steps, round = false) {
    const next = SPEEDS.indexOf(this.speed) + steps;
    this.setSpeed(SPEEDS[round ? next % SPEEDS.length : Math.min(SPEEDS.length - 1, Math.max(0, next))]);
  }

  setSpeed(speed) {
    this.speed = speed;
    this.speedButton.textContent = `${speed}×`;
    this.speedButton.setAttribute("aria-label", `Speed ${speed}`);
  }

  engage() {
    if (!this.action.isRunning()) {
      const time = this.action.time;
      this.action.reset().play();
      this.action.time = time;
    }
    this.action.setLoop(this.looping ? LoopRepeat : LoopOnce, Infinity);
  }

  at() {
    return this.action.time;
  }

  tick(seconds) {
    if (!this.playing) return false;
    let time = this.at() + seconds * this.speed;
    if (time >= this.length) {
      if (!this.looping) this.pause();
      time = this.looping ? time % this.length : this.length;
    }
    this.action.time = time;
    this.mixer.update(0);
    this.taken();
    return this.playing;
  }

  taken() {
    if (this.moves) {
      this.rig.applyStrength();
      this.rig.readBack();
    }
    this.show(this.at());
  }

  show(time) {
    this.scrubber.value = time;
    this.scrubber.style.setProperty("--share", time / this.length);
    this.time.textContent = `${time.toFixed(1)} / ${this.length.toFixed(1)} s`;
  }

  button(name, label) {
    this.playButton.replaceChildren(icon(name));
    this.playButton.setAttribute("aria-label", label);
    this.playButton.title = `${label} (Space)`;
  }
}
