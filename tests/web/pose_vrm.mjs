// What three-vrm makes of a VRM: bones, expressions, and positions for each pose asked for on stdin, as JSON.
// [{"happy": 1}, {"JawOpen": 0.5}, {"lookAt": [0, 1, 9]}] -> {"bones": {...}, "expressions": [...], "poses": [...]}
import { readFileSync } from "node:fs";
import * as THREE from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";
import { VRMLoaderPlugin } from "@pixiv/three-vrm";

globalThis.self = globalThis;
const bytes = readFileSync(process.argv[2]);
const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
const loader = new GLTFLoader();
loader.register((parser) => new VRMLoaderPlugin(parser));
const { vrm } = (await loader.parseAsync(buffer, "")).userData;
const meshes = [];
vrm.scene.traverse((node) => node.isMesh && meshes.push(node));

const poses = JSON.parse(readFileSync(0, "utf8")).map(({ lookAt, ...values }) => {
  for (const name of Object.keys(vrm.expressionManager.expressionMap)) vrm.expressionManager.setValue(name, 0);
  for (const [name, value] of Object.entries(values)) vrm.expressionManager.setValue(name, value);
  vrm.lookAt.autoUpdate = Boolean(lookAt);
  vrm.lookAt.reset();
  if (lookAt) {
    vrm.lookAt.target = new THREE.Object3D();
    vrm.lookAt.target.position.fromArray(lookAt);
    vrm.lookAt.target.updateMatrixWorld(true);
  }
  vrm.scene.updateMatrixWorld(true);
  vrm.update(0);
  const found = {};
  const point = new THREE.Vector3();
  for (const mesh of meshes) {
    const count = mesh.geometry.attributes.position.count;
    found[mesh.name] = Array.from({ length: count }, (_, i) =>
      mesh.getVertexPosition(i, point).applyMatrix4(mesh.matrixWorld).toArray(),
    ).flat();
  }
  return found;
});

const bones = {};
for (const [name, bone] of Object.entries(vrm.humanoid.humanBones)) {
  bones[name] = bone.node.getWorldPosition(new THREE.Vector3()).toArray();
}
const nodes = meshes.map((mesh) => ({ name: mesh.name, vertex: Array.from(mesh.geometry.attributes._vertex.array) }));
const expressions = Object.keys(vrm.expressionManager.expressionMap);
process.stdout.write(JSON.stringify({ meta: vrm.meta, bones, expressions, nodes, poses }));
