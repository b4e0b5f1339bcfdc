// The 3D view: renderer, camera, and one or two models drawn side by side or behind a divider.
import { NeutralToneMapping, PCFShadowMap, PerspectiveCamera, Scene, Spherical, Vector3, WebGLRenderer } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { qualityOf } from "./quality.js";
import { addStudio } from "./studio.js";

const FIELD = 26; // degrees, as a portrait lens
const WIDTH = 0.84; // of the framed square that is never cut off sideways
const HOME = new Spherical(2.72, Math.PI / 2 - 0.05, 0.3);
const AIM = -0.035; // a little below the middle: the player lies over the bottom

export class Stage {
  constructor(host, canvas) {
    this.host = host;
    this.canvas = canvas;
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, powerPreference: "high-performance" });
    this.renderer.toneMapping = NeutralToneMapping;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.renderer.setClearColor(0x000000, 0);
    this.scene = new Scene();
    this.camera = new PerspectiveCamera(FIELD, 1, 0.05, 50);
    this.controls = new OrbitControls(this.camera, canvas);
    Object.assign(this.controls, { enableDamping: true, dampingFactor: 0.12, minDistance: 0.5, maxDistance: 12 });
    this.controls.addEventListener("change", () => this.draw());
    this.quality = qualityOf(this.renderer);
    this.studio = addStudio(this.scene, this.renderer, this.quality);
    this.models = { result: null, input: null };
    this.mode = "result";
    this.divider = 0.5;
    this.tickers = new Set();
    this.home();
    new ResizeObserver(() => this.resize()).observe(host);
    this.resize();
  }

  /** Put a model on the stage, so that `box` (before) fills it; `name` is result or input. */
  place(name, model, box) {
    const size = box.getSize(new Vector3());
    const scale = 1 / Math.max(size.y, size.x / 1.1, size.z / 1.6, 1e-9);
    model.root.scale.setScalar(scale);
    model.root.position.copy(box.getCenter(new Vector3())).multiplyScalar(-scale);
    model.root.updateMatrixWorld(true);
    this.models[name] = model;
    this.scene.add(model.root);
    if (name === "result") this.studio.setGround(-size.y * scale * 0.5);
    this.draw();
  }

  setMode(mode) {
    this.mode = mode;
    this.resize();
  }

  home() {
    this.controls.target.set(0, AIM, 0);
    this.camera.position.setFromSpherical(HOME).add(this.controls.target);
    this.controls.update();
  }

  /** Turn round the head by angles in radians, to the right and up; `nearer` divides the distance. */
  orbit(right, up, nearer = 1) {
    const away = this.camera.position.clone().sub(this.controls.target);
    const place = new Spherical().setFromVector3(away);
    place.theta += right;
    place.phi = Math.min(Math.PI - 0.05, Math.max(0.05, place.phi - up));
    place.radius = Math.min(this.controls.maxDistance, Math.max(this.controls.minDistance, place.radius / nearer));
    this.camera.position.setFromSpherical(place).add(this.controls.target);
    this.controls.update();
    this.draw();
  }

  /** Draw soon; once, however often it is asked for. */
  draw() {
    this.wanted ??= requestAnimationFrame((now) => this.frame(now));
  }

  /** Call `tick(seconds)` before every frame until it returns false. */
  animate(tick) {
    this.tickers.add(tick);
    this.draw();
  }

  frame(now) {
    this.wanted = null;
    const seconds = Math.min(0.5, (now - (this.last ?? now)) / 1000);
    for (const tick of [...this.tickers]) if (tick(seconds) === false) this.tickers.delete(tick);
    this.last = this.tickers.size ? now : null;
    this.controls.update();
    this.render();
    if (this.tickers.size) this.draw();
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (!width || !height) return;
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio, this.quality.ratio));
    this.renderer.setSize(width, height, false);
    this.render();
  }

  /** The part of the canvas of each model that is shown: `[name, view, scissor]`, boxes in CSS pixels. */
  views() {
    const { clientWidth: w, clientHeight: h } = this.host;
    const whole = [0, 0, w, h];
    if (this.mode === "result" || !this.models.input) return [["result", whole, whole]];
    if (this.mode === "beside") {
      const half = Math.floor(w / 2);
      const [left, right] = [
        [0, 0, half, h],
        [half, 0, w - half, h],
      ];
      return [
        ["input", left, left],
        ["result", right, right],
      ];
    }
    const cut = Math.round(w * this.divider);
    return [
      ["input", whole, [0, 0, cut, h]],
      ["result", whole, [cut, 0, w - cut, h]],
    ];
  }

  render() {
    if (!this.models.result) return;
    this.renderer.setScissorTest(true);
    for (const [name, view, scissor] of this.views()) {
      for (const [other, model] of Object.entries(this.models)) if (model) model.root.visible = other === name;
      this.renderer.setViewport(...view);
      this.renderer.setScissor(...scissor);
      this.lens(view[2] / Math.max(1, view[3]));
      this.renderer.render(this.scene, this.camera);
    }
  }

  lens(aspect) {
    this.camera.aspect = aspect;
    const half = Math.tan((FIELD * Math.PI) / 360) * Math.max(1, WIDTH / aspect);
    this.camera.fov = (Math.atan(half) * 360) / Math.PI;
    this.camera.updateProjectionMatrix();
  }
}
