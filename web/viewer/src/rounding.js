// Coarse meshes rounded off between their vertices, so that outlines are curves (PN triangles, Vlachos et al. 2001).
import { BufferAttribute, BufferGeometry } from "three";

const MOST_VERTICES = 12000; // of a model; finer ones are round enough
const HARD = 0.98; // cosine between normals of one place that makes an edge

/** Give the meshes of a model a finer `round` geometry, and show it. Their own one is kept for the wires. */
export function roundOff(model) {
  const meshes = model.meshes.filter((mesh) => mesh.isMesh && !mesh.isSkinnedMesh && mesh.geometry.attributes.normal);
  const total = meshes.reduce((sum, mesh) => sum + mesh.geometry.attributes.position.count, 0);
  if (total > MOST_VERTICES) return;
  for (const mesh of meshes) {
    mesh.userData.coarse = mesh.geometry;
    mesh.userData.round = rounded(mesh.geometry);
    mesh.geometry = mesh.userData.round;
  }
}

/** Every triangle as four; new vertices lie on the curves that the normals ask for, in each target as well. */
export function rounded(geometry) {
  const index = geometry.index?.array ?? Uint32Array.from({ length: geometry.attributes.position.count }, (_, i) => i);
  const edges = new Edges(index, geometry.attributes.position.count);
  const fine = new BufferGeometry();
  const base = places(geometry.attributes.position, geometry.attributes.normal);
  const welds = seams(base, edges);
  const start = curved(base, edges, welds);
  for (const [name, attribute] of Object.entries(geometry.attributes)) {
    if (name !== "position" && name !== "normal") fine.setAttribute(name, halved(attribute, edges));
  }
  fine.setAttribute("position", new BufferAttribute(start.position, 3));
  fine.setAttribute("normal", new BufferAttribute(start.normal, 3));
  fine.setIndex(new BufferAttribute(edges.triangles, 1));
  const { position, normal } = geometry.morphAttributes;
  if (position) {
    fine.morphTargetsRelative = true;
    const ends = position.map((target, k) => curved(places(target, normal?.[k], base), edges, welds));
    const change = (part) =>
      ends.map(
        (end) =>
          new BufferAttribute(
            end[part].map((value, i) => value - start[part][i]),
            3,
          ),
      );
    fine.morphAttributes.position = change("position");
    if (normal) fine.morphAttributes.normal = change("normal");
  }
  return fine;
}

class Edges {
  constructor(index, count) {
    this.count = count;
    this.pairs = [];
    this.triangles = new Uint32Array(4 * index.length);
    const known = new Map();
    const middle = (a, b) => {
      const key = a < b ? a * count + b : b * count + a;
      if (!known.has(key)) known.set(key, count + this.pairs.push([a, b]) - 1);
      return known.get(key);
    };
    for (let t = 0; t < index.length; t += 3) {
      const [a, b, c] = [index[t], index[t + 1], index[t + 2]];
      const [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
      this.triangles.set([a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca], 4 * t);
    }
  }
}

/** Positions and unit normals as plain arrays; relative ones are added to `base`. */
function places(position, normal, base = null) {
  const read = (attribute, from) =>
    Float32Array.from(
      { length: 3 * attribute.count },
      (_, i) => attribute.getComponent((i / 3) | 0, i % 3) + (from?.[i] ?? 0),
    );
  return { position: read(position, base?.position), normal: normal ? read(normal, base?.normal) : base.normal };
}

function curved({ position: p, normal: n }, edges, { twin, flat }) {
  const size = 3 * (edges.count + edges.pairs.length);
  const [position, normal] = [new Float32Array(size), new Float32Array(size)];
  position.set(p);
  normal.set(n);
  edges.pairs.forEach(([first, second], e) => {
    const [a, b, at] = [3 * twin[first], 3 * twin[second], 3 * (edges.count + e)];
    let [wa, wb, length] = [0, 0, 0];
    for (let k = 0; k < 3; k++) {
      wa += (p[b + k] - p[a + k]) * n[a + k];
      wb += (p[a + k] - p[b + k]) * n[b + k];
      length += (n[a + k] + n[b + k]) ** 2;
    }
    const [push, unit] = [flat[e] ? 0 : 1 / 8, 1 / (Math.sqrt(length) || 1)];
    for (let k = 0; k < 3; k++) {
      position[at + k] = (p[a + k] + p[b + k]) / 2 - push * (wa * n[a + k] + wb * n[b + k]);
      normal[at + k] = (n[a + k] + n[b + k]) * unit;
    }
  });
  return { position, normal };
}

/**
 * Vertices in one place bend alike, whatever their UVs, or the surface would tear: `twin` is the first of each place.
 * Edges between two vertices that a crease runs through stay straight, for the same reason.
 */
function seams({ position, normal }, edges) {
  const at = new Map();
  const hard = new Uint8Array(edges.count);
  const twin = Uint32Array.from({ length: edges.count }, (_, i) => {
    const key = [0, 1, 2].map((k) => position[3 * i + k]).join();
    if (!at.has(key)) at.set(key, i);
    const first = at.get(key);
    const cosine = [0, 1, 2].reduce((dot, k) => dot + normal[3 * i + k] * normal[3 * first + k], 0);
    if (cosine < HARD) hard[first] = 1;
    return first;
  });
  for (let i = 0; i < edges.count; i++) hard[i] = hard[twin[i]];
  for (let i = 0; i < edges.count; i++) if (hard[i]) twin[i] = i;
  return { twin, flat: edges.pairs.map(([a, b]) => hard[a] && hard[b]) };
}

function halved(attribute, edges) {
  const { itemSize, count } = attribute;
  const values = new Float32Array(itemSize * (count + edges.pairs.length));
  for (let i = 0; i < count; i++)
    for (let k = 0; k < itemSize; k++) values[itemSize * i + k] = attribute.getComponent(i, k);
  edges.pairs.forEach(([a, b], e) => {
    for (let k = 0; k < itemSize; k++) {
      values[itemSize * (count + e) + k] = (values[itemSize * a + k] + values[itemSize * b + k]) / 2;
    }
  });
  return new BufferAttribute(values, itemSize);
}
