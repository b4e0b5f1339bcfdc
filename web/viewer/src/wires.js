// The triangles of a model, drawn over it.
import { MeshBasicMaterial } from "three";

const NAME = ""; // a clip finds its meshes by name, and must not find these

export class Wires {
  constructor(models) {
    this.on = false;
    this.models = models;
    this.lines = [];
  }

  toggle() {
    this.on = !this.on;
    if (this.on && !this.lines.length) for (const model of this.models()) this.add(model);
    for (const line of this.lines) line.visible = this.on;
    for (const mesh of this.models().flatMap((model) => model.meshes)) {
      const { coarse, round } = mesh.userData;
      if (coarse) mesh.geometry = this.on ? coarse : round; // what is rounded for looks is not what is in the file
    }
  }

  add(model) {
    const colour = { color: 0x1b1d22, wireframe: true, transparent: true, opacity: 0.22, depthWrite: false };
    for (const mesh of model.meshes.filter((one) => one.isMesh)) {
      const line = mesh.clone(false);
      line.name = NAME;
      line.geometry = mesh.userData.coarse ?? mesh.geometry;
      line.material = new MeshBasicMaterial({
        ...colour,
        polygonOffset: true,
        polygonOffsetFactor: -1,
        polygonOffsetUnits: -1,
      });
      line.morphTargetInfluences = mesh.morphTargetInfluences;
      line.castShadow = line.receiveShadow = false;
      line.position.set(0, 0, 0);
      line.quaternion.identity();
      line.scale.set(1, 1, 1);
      line.raycast = () => {};
      mesh.add(line);
      this.lines.push(line);
    }
  }
}
