// A GLB as the viewer knows it: meshes, named targets, clips and where it stands.
import { Box3, Group, Matrix4, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { addMorphNormals } from "./morph_normals.js";

export class Model {
  /** Parse the bytes of a GLB. `matrix`, 16 numbers by columns, stands it upright. */
  static async load(bytes, matrix = null) {
    const gltf = await new GLTFLoader().parseAsync(bytes, "");
    return new Model(gltf, matrix);
  }

  constructor(gltf, matrix) {
    const scene = gltf.scene ?? gltf.scenes[0];
    this.described = scene.userData.lego ?? null;
    this.clips = gltf.animations;
    this.root = new Group();
    this.upright = new Group();
    this.upright.add(scene);
    this.root.add(this.upright);
    const placed = this.described && findRoot(scene);
    if (placed) stand(placed);
    else if (matrix) this.upright.applyMatrix4(new Matrix4().fromArray(matrix));
    else if (gltf.parser.json.extensionsUsed?.includes("VRM")) this.upright.rotation.y = Math.PI; // VRM 0 faces -Z
    this.root.updateMatrixWorld(true);
    this.meshes = [];
    scene.traverse((node) => {
      if (node.isMesh || node.isPoints) this.meshes.push(node);
    });
    this.targets = targetsOf(this.meshes);
    for (const mesh of this.meshes) if (mesh.isMesh) addMorphNormals(mesh);
    this.scene = scene;
  }

  /** What a mesh is called: itself, its material, and its node when that has several primitives. */
  namesOf(mesh) {
    const node = mesh.parent?.isGroup ? mesh.parent.name : "";
    return [mesh.name, [mesh.material].flat()[0]?.name ?? "", node];
  }

  /** The box to look at: the parts that can move, or all of it. */
  bounds() {
    const moving = this.meshes.filter((mesh) => mesh.morphTargetInfluences?.length);
    const box = new Box3();
    for (const mesh of moving.length ? moving : this.meshes) box.union(restBox(mesh));
    if (box.isEmpty()) box.set(new Vector3(-0.5, -0.5, -0.5), new Vector3(0.5, 0.5, 0.5));
    return box;
  }

  /** Vertices of the file: what is rounded off for looks does not count. */
  vertices() {
    const own = (mesh) => (mesh.userData.coarse ?? mesh.geometry).attributes.position.count;
    return this.meshes.reduce((sum, mesh) => sum + own(mesh), 0);
  }
}

/** The node that carries one of our heads from its own upright frame to where the input stood. */
function findRoot(scene) {
  let found = null;
  scene.traverse((node) => (found ??= node.userData.lego === "root" ? node : null));
  return found;
}

function stand(node) {
  node.position.set(0, 0, 0);
  node.quaternion.identity();
  node.scale.set(1, 1, 1);
}

function targetsOf(meshes) {
  const targets = new Map();
  for (const mesh of meshes) {
    for (const [name, index] of Object.entries(mesh.morphTargetDictionary ?? {})) {
      if (!targets.has(name)) targets.set(name, []);
      targets.get(name).push({ mesh, index });
    }
  }
  return targets;
}

/** Three's own boxes of morphed meshes hold every target at full weight; this one holds the pose. */
function restBox(mesh) {
  const box = new Box3();
  const point = new Vector3();
  const { position } = mesh.geometry.attributes;
  const step = Math.max(1, Math.floor(position.count / 20000));
  for (let i = 0; i < position.count; i += step) {
    if (mesh.isMesh) mesh.getVertexPosition(i, point);
    else point.fromBufferAttribute(position, i);
    box.expandByPoint(point.applyMatrix4(mesh.matrixWorld));
  }
  return box;
}
