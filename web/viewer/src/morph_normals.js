// Normals of morph targets for files that leave them out: without them a smile moves, but its shading does not.
import { BufferAttribute } from "three";

const MOST_BYTES = 96 << 20; // of the texture that the graphics card gets
const STILL = 1e-12;

/** Give every target of `mesh` the change of the vertex normals that its displacement makes. */
export function addMorphNormals(mesh) {
  const { geometry } = mesh;
  const targets = geometry.morphAttributes.position;
  if (!targets?.length || geometry.morphAttributes.normal || !geometry.attributes.normal) return;
  const count = geometry.attributes.position.count;
  if (count * targets.length * 32 > MOST_BYTES) return;
  const surface = new WeldedSurface(geometry);
  geometry.morphAttributes.normal = targets.map((target) => new BufferAttribute(surface.normalChange(target), 3));
}

/** A triangle surface whose vertices that were only split for their UVs are one again. */
class WeldedSurface {
  constructor(geometry) {
    const { position, normal } = geometry.attributes;
    this.count = position.count;
    this.position = Float32Array.from({ length: 3 * this.count }, (_, i) => position.getComponent((i / 3) | 0, i % 3));
    this.index = geometry.index ? geometry.index.array : Uint32Array.from({ length: this.count }, (_, i) => i);
    const seen = new Map();
    this.weld = new Uint32Array(this.count);
    for (let i = 0; i < this.count; i++) {
      const p = [0, 1, 2].map((axis) => this.position[3 * i + axis]);
      const n = [0, 1, 2].map((axis) => Math.round(normal.getComponent(i, axis) * 100));
      const key = `${p} ${n}`;
      if (!seen.has(key)) seen.set(key, seen.size);
      this.weld[i] = seen.get(key);
    }
    this.welded = seen.size;
    this.around = trianglesAround(this.index, this.count);
    this.sums = new Float64Array(3 * this.welded);
    for (let t = 0; t < this.index.length / 3; t++) this.addFace(this.sums, this.position, t, 1);
  }

  /** `(3 n)` change of the unit normals when `target`, relative displacements, is added whole. */
  normalChange(target) {
    const moved = this.position.slice();
    const touched = new Set();
    for (let i = 0; i < this.count; i++) {
      const d = [target.getX(i), target.getY(i), target.getZ(i)];
      if (d[0] * d[0] + d[1] * d[1] + d[2] * d[2] < STILL) continue;
      for (let axis = 0; axis < 3; axis++) moved[3 * i + axis] += d[axis];
      for (let k = this.around.start[i]; k < this.around.start[i + 1]; k++) touched.add(this.around.triangle[k]);
    }
    const sums = this.sums.slice();
    for (const t of touched) {
      this.addFace(sums, this.position, t, -1);
      this.addFace(sums, moved, t, 1);
    }
    const change = new Float32Array(3 * this.count);
    for (let i = 0; i < this.count; i++) writeChange(change, i, this.sums, sums, this.weld[i]);
    return change;
  }

  addFace(sums, p, t, sign) {
    const [a, b, c] = [0, 1, 2].map((k) => 3 * this.index[3 * t + k]);
    const u = [p[b] - p[a], p[b + 1] - p[a + 1], p[b + 2] - p[a + 2]];
    const v = [p[c] - p[a], p[c + 1] - p[a + 1], p[c + 2] - p[a + 2]];
    const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    for (let k = 0; k < 3; k++) {
      const w = 3 * this.weld[this.index[3 * t + k]];
      for (let axis = 0; axis < 3; axis++) sums[w + axis] += sign * n[axis];
    }
  }
}

function writeChange(change, i, before, after, w) {
  const lengths = [before, after].map((s) => Math.hypot(s[3 * w], s[3 * w + 1], s[3 * w + 2]) || 1);
  for (let axis = 0; axis < 3; axis++) {
    change[3 * i + axis] = after[3 * w + axis] / lengths[1] - before[3 * w + axis] / lengths[0];
  }
}

function trianglesAround(index, count) {
  const start = new Uint32Array(count + 1);
  for (const vertex of index) start[vertex + 1]++;
  for (let i = 0; i < count; i++) start[i + 1] += start[i];
  const next = start.slice();
  const triangle = new Uint32Array(index.length);
  for (let k = 0; k < index.length; k++) triangle[next[index[k]]++] = (k / 3) | 0;
  return { start, triangle };
}
