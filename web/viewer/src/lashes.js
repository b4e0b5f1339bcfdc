// Lashes are modelled as cards; here they thin out into strands from their roots on the lid to their tips.
import { BufferAttribute, Vector3 } from "three";

/** Give lash meshes their `strand` attribute: (share of the way from root to tip, lower row, place beside the eye's middle). */
export function combLashes(meshes) {
  const skin = meshes
    .filter((mesh) => mesh.userData.kind === "skin")
    .map(worldPlaces)
    .flat();
  const eyes = meshes.filter((mesh) => mesh.userData.kind === "eye").map(middle);
  for (const mesh of meshes) {
    if (!/lash/i.test(mesh.name) || !skin.length || !eyes.length || isCutOut(mesh.material)) continue;
    const own = worldPlaces(mesh);
    const centre = middle(mesh);
    const eye = eyes.reduce((best, one) => (one.distanceTo(centre) < best.distanceTo(centre) ? one : best));
    const rows = connected(mesh.geometry);
    const away = own.map((point) =>
      Math.sqrt(skin.reduce((least, other) => Math.min(least, point.distanceToSquared(other)), Infinity)),
    );
    const strand = new Float32Array(4 * own.length);
    for (const row of rows) {
      const sorted = row.map((i) => away[i]).sort((a, b) => a - b);
      const [least, most] = [sorted[0], sorted[Math.floor(0.9 * (sorted.length - 1))]];
      const lower = row.reduce((sum, i) => sum + own[i].y, 0) / row.length < eye.y ? 1 : 0;
      for (const i of row) {
        const share = Math.min(1, Math.max(0, (away[i] - least) / Math.max(most - least, 1e-9)));
        strand.set([share, lower, own[i].x - eye.x, own[i].y - eye.y], 4 * i);
      }
    }
    mesh.geometry.setAttribute("strand", new BufferAttribute(strand, 4));
    mesh.userData.combed = true;
  }
}

/** Whether a texture's alpha says where there is no hair. */
export const isCutOut = (material) => Boolean(material.map && material.alphaTest > 0);

export const LASH_FRAGMENT = `
  float turn = atan(strandPlace.w, strandPlace.z);
  float wave = 0.5 + 0.5 * sin(78.0 * turn + 1.7 * sin(5.0 * turn) + 1.5 * strandPlace.x);
  float faint = strandPlace.y;
  float threshold = -0.1 + strandPlace.x * (1.0 + 0.9 * faint) + 0.25 * faint;
  float corner = clamp((abs(sin(turn)) - 0.12) / 0.25, 0.0, 1.0);
  diffuseColor.a *= clamp((wave - threshold) / 0.35 + 0.5, 0.0, 1.0) * (0.9 - 0.55 * faint) * corner;`;

function worldPlaces(mesh) {
  const { position } = mesh.geometry.attributes;
  return Array.from({ length: position.count }, (_, i) =>
    new Vector3().fromBufferAttribute(position, i).applyMatrix4(mesh.matrixWorld),
  );
}

function middle(mesh) {
  mesh.geometry.computeBoundingBox();
  const { position } = mesh.geometry.attributes;
  const [low, high] = [new Vector3(1, 1, 1).multiplyScalar(Infinity), new Vector3(1, 1, 1).multiplyScalar(-Infinity)];
  const point = new Vector3();
  for (let i = 0; i < position.count; i++) {
    point.fromBufferAttribute(position, i).applyMatrix4(mesh.matrixWorld);
    low.min(point);
    high.max(point);
  }
  return low.add(high).multiplyScalar(0.5);
}

/** Lists of the vertices that hang together; vertices in one place are one. */
function connected(geometry) {
  const { position } = geometry.attributes;
  const parent = Array.from({ length: position.count }, (_, i) => i);
  const root = (i) => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]];
    return i;
  };
  const first = new Map();
  for (let i = 0; i < position.count; i++) {
    const key = [position.getX(i), position.getY(i), position.getZ(i)].join();
    if (first.has(key)) parent[root(i)] = root(first.get(key));
    else first.set(key, i);
  }
  const index = geometry.index?.array ?? parent.map((_, i) => i);
  for (let t = 0; t < index.length; t += 3) {
    parent[root(index[t])] = root(index[t + 1]);
    parent[root(index[t + 1])] = root(index[t + 2]);
  }
  const rows = new Map();
  for (let i = 0; i < position.count; i++) rows.set(root(i), [...(rows.get(root(i)) ?? []), i]);
  return [...rows.values()];
}
