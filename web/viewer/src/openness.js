// How much of the room each vertex sees, from depth pictures out of many directions, with the jaw shut and open.
import {
  BufferAttribute,
  Color,
  DoubleSide,
  Matrix4,
  MeshDepthMaterial,
  OrthographicCamera,
  RGBADepthPacking,
  Sphere,
  Vector3,
  WebGLRenderTarget,
} from "three";

const PER_FRAME = 4;
const LIFT = 0.006; // of the radius: off the surface, so that it does not hide itself
const INSIDE = new Set(["teeth", "gums", "tongue"]); // when they are seen, the mouth is open
const MOST_VERTICES = 300000;

/** Give every mesh its `opening` attribute: all open, until `bakeOpenness` knows better. */
export function prepareOpenness(model) {
  for (const mesh of model.meshes) {
    const { count } = mesh.geometry.attributes.position;
    mesh.geometry.setAttribute("opening", new BufferAttribute(new Float32Array(2 * count).fill(1), 2));
  }
}

/** Bake a little in each of the next frames; calls `done` at the end. Poses are `jawOpen` 0 and 1. */
export function bakeOpenness(stage, model, done) {
  const meshes = model.meshes.filter((mesh) => mesh.isMesh);
  const total = meshes.reduce((sum, mesh) => sum + mesh.geometry.attributes.position.count, 0);
  if (!total || total > MOST_VERTICES) return;
  const bake = new Bake(stage, model, meshes);
  const poses = model.targets.has("jawOpen") ? [0, 1] : [0];
  const work = poses.flatMap((jaw) => directions(stage.quality.directions).map((direction) => [jaw, direction]));
  const some = () => {
    for (const [jaw, direction] of work.splice(0, PER_FRAME)) bake.look(jaw, direction);
    if (work.length) return requestAnimationFrame(some);
    bake.finish(poses.length);
    return done();
  };
  requestAnimationFrame(some);
}

class Bake {
  constructor(stage, model, meshes) {
    this.stage = stage;
    this.model = model;
    this.meshes = meshes;
    this.size = stage.quality.depth; // pixels across a depth picture
    this.target = new WebGLRenderTarget(this.size, this.size);
    this.pixels = new Uint8Array(4 * this.size * this.size);
    this.depth = new MeshDepthMaterial({ depthPacking: RGBADepthPacking, side: DoubleSide });
    this.sphere = new Sphere();
    this.pose = null;
    this.sums = meshes.map((mesh) => [0, 1].map(() => new Float32Array(2 * mesh.geometry.attributes.position.count)));
  }

  look(jaw, direction) {
    this.withPose(jaw, () => {
      if (this.pose !== jaw) this.measure(jaw);
      const camera = this.camera(direction);
      this.picture(camera);
      const view = new Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
      this.meshes.forEach((_, k) => this.gather(k, jaw, direction, view));
    });
  }

  /** Everything at rest but the jaw, for the length of `act`; clips and sliders see none of it. */
  withPose(jaw, act) {
    const kept = this.meshes.map((mesh) => mesh.morphTargetInfluences?.slice());
    for (const mesh of this.meshes) mesh.morphTargetInfluences?.fill(0);
    for (const { mesh, index } of this.model.targets.get("jawOpen") ?? []) mesh.morphTargetInfluences[index] = jaw;
    act();
    this.meshes.forEach((mesh, k) => kept[k]?.forEach((value, i) => (mesh.morphTargetInfluences[i] = value)));
  }

  /** Places and normals of all vertices in the world, a little off the surface. */
  measure(jaw) {
    this.pose = jaw;
    const points = [];
    this.places = this.meshes.map((mesh) => {
      const { position, normal } = mesh.geometry.attributes;
      const place = new Float32Array(6 * position.count);
      const point = new Vector3();
      for (let i = 0; i < position.count; i++) {
        mesh
          .getVertexPosition(i, point)
          .applyMatrix4(mesh.matrixWorld)
          .toArray(place, 6 * i);
        if (normal)
          point
            .fromBufferAttribute(normal, i)
            .transformDirection(mesh.matrixWorld)
            .toArray(place, 6 * i + 3);
        points.push(new Vector3().fromArray(place, 6 * i));
      }
      return place;
    });
    if (!this.sphere.radius || this.sphere.radius < 0) this.sphere.setFromPoints(points);
    this.sphere.radius *= 1.02;
  }

  camera(direction) {
    const { center, radius } = this.sphere;
    const camera = new OrthographicCamera(-radius, radius, radius, -radius, radius * 0.5, radius * 3);
    camera.up.set(...(Math.abs(direction.y) > 0.9 ? [1, 0, 0] : [0, 1, 0]));
    camera.position.copy(center).addScaledVector(direction, 1.75 * radius);
    camera.lookAt(center);
    camera.updateMatrixWorld(true);
    return camera;
  }

  picture(camera) {
    const { renderer, scene } = this.stage;
    const hidden = scene.children.filter((child) => child.visible && child !== this.model.root);
    const [shown, environment] = [this.model.root.visible, scene.environment];
    hidden.forEach((child) => (child.visible = false));
    this.meshes.forEach((mesh) => (mesh.visible = mesh.userData.kind !== "hair"));
    Object.assign(scene, { overrideMaterial: this.depth, environment: null });
    this.model.root.visible = true;
    const [colour, alpha] = [renderer.getClearColor(new Color()), renderer.getClearAlpha()];
    renderer.setScissorTest(false);
    renderer.setRenderTarget(this.target);
    renderer.setClearColor(0xffffff, 1);
    renderer.clear();
    renderer.render(scene, camera);
    renderer.readRenderTargetPixels(this.target, 0, 0, this.size, this.size, this.pixels);
    renderer.setRenderTarget(null);
    renderer.setClearColor(colour, alpha);
    Object.assign(scene, { overrideMaterial: null, environment });
    this.meshes.forEach((mesh) => (mesh.visible = true));
    hidden.forEach((child) => (child.visible = true));
    this.model.root.visible = shown;
  }

  gather(k, jaw, direction, view) {
    const [place, sums] = [this.places[k], this.sums[k][jaw]];
    const lift = LIFT * this.sphere.radius;
    const point = new Vector3();
    for (let i = 0; i < place.length / 6; i++) {
      const [nx, ny, nz] = place.subarray(6 * i + 3, 6 * i + 6);
      const facing = nx * direction.x + ny * direction.y + nz * direction.z;
      if (facing <= 0) continue;
      point.fromArray(place, 6 * i);
      point.set(point.x + lift * nx, point.y + lift * ny, point.z + lift * nz).applyMatrix4(view);
      sums[2 * i] += facing * this.seen((point.x + 1) / 2, (point.y + 1) / 2, (point.z + 1) / 2 - 0.0025);
      sums[2 * i + 1] += facing;
    }
  }

  /** Share of the four nearest pixels that hold nothing nearer than `depth`. */
  seen(x, y, depth) {
    const { size, pixels } = this;
    const [px, py] = [x * size - 0.5, y * size - 0.5];
    const [left, low] = [Math.floor(px), Math.floor(py)];
    let total = 0;
    for (let dy = 0; dy < 2; dy++) {
      for (let dx = 0; dx < 2; dx++) {
        const share = Math.abs(1 - dx - (px - left)) * Math.abs(1 - dy - (py - low));
        const [cx, cy] = [left + dx, low + dy].map((at) => Math.min(size - 1, Math.max(0, at)));
        const at = 4 * (cy * size + cx);
        const stored = pixels[at] / 256 + pixels[at + 1] / 65536 + pixels[at + 2] / 16777216;
        if (stored > 0.99 || stored >= depth) total += share;
      }
    }
    return total;
  }

  finish(poses) {
    this.meshes.forEach((mesh, k) => {
      const { opening } = mesh.geometry.attributes;
      for (let i = 0; i < opening.count; i++) {
        const [shut, open] = this.sums[k].map((sums) => (sums[2 * i + 1] ? sums[2 * i] / sums[2 * i + 1] : 1));
        if (poses === 1) opening.setXY(i, shut, shut);
        else opening.setXY(i, INSIDE.has(mesh.userData.kind) ? open : shut, open);
      }
      opening.needsUpdate = true;
      const own = mesh.userData.coarse?.attributes.opening; // the same vertices come first in the rounded one
      own?.copyArray(opening.array.subarray(0, own.array.length));
    });
    this.target.dispose();
    this.depth.dispose();
  }
}

/** Unit vectors spread evenly over the sphere (a Fibonacci spiral). */
function directions(count) {
  return Array.from({ length: count }, (_, i) => {
    const y = 1 - (2 * i + 1) / count;
    const turn = i * Math.PI * (3 - Math.sqrt(5));
    return new Vector3(Math.sqrt(1 - y * y) * Math.cos(turn), y, Math.sqrt(1 - y * y) * Math.sin(turn));
  });
}
