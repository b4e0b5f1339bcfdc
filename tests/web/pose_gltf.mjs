// What three.js makes of a GLB: positions in the scene for each pose asked for on stdin, as JSON.
// [{"weights": {"jawOpen": 1}}, {"clip": "talk", "time": 0.5}] -> {"nodes": [...], "poses": [{NODE: [x, y, z, ...]}]}
import { readFileSync } from "node:fs";
import * as THREE from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

globalThis.self = globalThis;
const bytes = readFileSync(process.argv[2]);
const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
const gltf = await new GLTFLoader().parseAsync(buffer, "");
const meshes = [];
gltf.scene.traverse((node) => node.isMesh && meshes.push(node));

function positions(pose) {
  for (const mesh of meshes) {
    mesh.morphTargetInfluences?.fill(0);
    for (const [name, value] of Object.entries(pose.weights ?? {})) {
      const index = mesh.morphTargetDictionary?.[name];
      if (index !== undefined) mesh.morphTargetInfluences[index] = value;
    }
  }
  if (pose.clip) {
    const mixer = new THREE.AnimationMixer(gltf.scene);
    mixer.clipAction(gltf.animations.find((clip) => clip.name === pose.clip)).play();
    mixer.setTime(pose.time);
  }
  gltf.scene.updateMatrixWorld(true);
  const found = {};
  for (const mesh of meshes) {
    const point = new THREE.Vector3();
    const values = [];
    for (let i = 0; i < mesh.geometry.attributes.position.count; i++) {
      values.push(...mesh.getVertexPosition(i, point).applyMatrix4(mesh.matrixWorld).toArray());
    }
    found[mesh.name] = values;
  }
  return found;
}

const poses = JSON.parse(readFileSync(0, "utf8")).map(positions);
const nodes = meshes.map((mesh) => ({
  name: mesh.name,
  targets: Object.keys(mesh.morphTargetDictionary ?? {}),
  morphNormals: mesh.geometry.morphAttributes.normal?.length ?? 0,
  vertex: Array.from(mesh.geometry.attributes._vertex?.array ?? []),
}));
const clips = gltf.animations.map((clip) => ({ name: clip.name, seconds: clip.duration }));
process.stdout.write(JSON.stringify({ nodes, clips, poses }));
