// What a head is made of. Skin lets light in and reddens where it turns dark; eyes are wet; crevices get less light.
import { Color, DoubleSide, MeshPhysicalMaterial, MeshStandardMaterial, ShaderChunk } from "three";
import { EYE_FRAGMENT, eyeUniforms } from "./painted_eyes.js";

const KINDS = [
  [/lash|brow|beard|hair/i, "hair"],
  [/socket|mouth_?bag|inner_?mouth|cavity/i, "cavity"],
  [/teeth|tooth/i, "teeth"],
  [/gum/i, "gums"],
  [/tongue/i, "tongue"],
  [/eye_?lid/i, "skin"],
  [/iris|sclera|pupil|eye_?ball|(^|[^a-z])eyes?([^a-z]|$)/i, "eye"],
  [/skin|face|head/i, "skin"],
];

// Linear colours for parts that come without any, and what each kind does with light.
const LOOKS = {
  skin: { colour: [0.64, 0.39, 0.29], roughness: 0.52, scatter: 1 },
  eye: { colour: [0.8, 0.77, 0.74], roughness: 0.28, wet: 1, least: 0.35 },
  teeth: { colour: [0.74, 0.69, 0.595], roughness: 0.28, scatter: 0.4, least: 0.3 },
  gums: { colour: [0.52, 0.17, 0.16], roughness: 0.35, scatter: 0.6, least: 0.25 },
  tongue: { colour: [0.5, 0.17, 0.165], roughness: 0.4, scatter: 0.8, least: 0.2 },
  hair: { colour: [0.03, 0.02, 0.016], roughness: 0.6 },
  cavity: { colour: [0.22, 0.055, 0.05], roughness: 0.5, scatter: 0.5, least: 0.04 },
  clay: { colour: [0.53, 0.5, 0.47], roughness: 0.72, scatter: 0.12 },
};

/** Kind of a part by its name; clay when the name says nothing. */
export const kindOf = (name) => KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? "clay";

/** Give a model our surfaces. `own` keeps what a foreign file says of its materials, but for crevices. */
export function dress(model, own) {
  for (const mesh of model.meshes) {
    if (!mesh.isMesh) continue;
    const kind = kindOf(model.partOf(mesh));
    mesh.castShadow = kind !== "hair";
    mesh.receiveShadow = true;
    mesh.frustumCulled = false; // boxes of morphed meshes are not to be relied on
    mesh.userData.kind = kind;
    mesh.material = Array.isArray(mesh.material)
      ? mesh.material.map((material) => surfaceOf(mesh, material, kind, own))
      : surfaceOf(mesh, mesh.material, kind, own);
  }
}

function surfaceOf(mesh, given, kind, own) {
  if (!(given instanceof MeshStandardMaterial)) return given; // unlit, as its author wants it
  if (own) return withOpenness(given, LOOKS.clay.least ?? 0, 0);
  const look = LOOKS[kind];
  const material = new MeshPhysicalMaterial();
  MeshStandardMaterial.prototype.copy.call(material, given);
  const bare = !given.map && !given.vertexColors && given.color.equals(new Color(1, 1, 1));
  if (bare) material.color.setRGB(...look.colour);
  Object.assign(material, { roughness: look.roughness, metalness: 0, shadowSide: DoubleSide });
  if (kind === "skin") Object.assign(material, { specularIntensity: 0.7, sheen: 0.35, sheenRoughness: 0.45, sheenColor: new Color(1, 0.78, 0.68) });
  if (kind === "hair") material.side = DoubleSide;
  if (look.wet) Object.assign(material, { clearcoat: 1, clearcoatRoughness: 0.03, specularIntensity: 0.3 });
  return withOpenness(material, look.least ?? 0, look.scatter ?? 0, bare && kind === "eye" ? eyeUniforms(mesh.geometry) : null);
}

const DIRECT = "reflectedLight.directDiffuse += irradiance * diffuseBRDF * ( 1.0 - F );";
const SCATTER = `
  vec3 bleed = scatter * vec3(0.34, 0.12, 0.07);
  vec3 turned = (dot(geometryNormal, directLight.direction) + bleed) / (1.0 + bleed);
  vec3 soft = clamp(turned, 0.0, 1.0) * directLight.color;
  reflectedLight.directDiffuse += soft * diffuseBRDF * (1.0 - F);`;

// Crevices with the light that bounces in them, by colour (Jimenez et al. 2016).
const OCCLUDE = `
  float open = mix(1.0, max(least, openness), baked);
  vec3 albedo = material.diffuseColor;
  vec3 bounced = max(vec3(open), ((open * (2.0404 * albedo - 0.3324) + (-4.7951 * albedo + 0.6417)) * open
    + (2.7552 * albedo + 0.6903)) * open);
  reflectedLight.indirectDiffuse *= bounced;
  reflectedLight.indirectSpecular *= open * open;
  reflectedLight.directSpecular *= mix(1.0, open, 0.7);
  reflectedLight.directDiffuse *= mix(vec3(1.0), bounced, 0.35);
  #ifdef USE_SHEEN
    sheenSpecularIndirect *= open;
    sheenSpecularDirect *= open;
  #endif
  #ifdef USE_CLEARCOAT
    clearcoatSpecularIndirect *= open * open;
  #endif`;

/** Shared by all materials: how far the baked openness has faded in, and how far the jaw is open. */
export const shading = { baked: { value: 0 }, jaw: { value: 0 } };

function withOpenness(material, least, scatter, eye = null) {
  material.defines = { ...material.defines };
  material.onBeforeCompile = (shader) => {
    Object.assign(shader.uniforms, shading, { least: { value: least }, scatter: { value: scatter } }, eye ?? {});
    shader.vertexShader = spliced(shader.vertexShader, [
      ["#include <common>", "#include <common>\nattribute vec2 opening; uniform float jaw; varying float openness; varying vec3 restPlace;"],
      ["#include <begin_vertex>", "#include <begin_vertex>\nopenness = mix(opening.x, opening.y, jaw); restPlace = position;"],
    ]);
    shader.fragmentShader = spliced(shader.fragmentShader, [
      ["#include <common>", `#include <common>\nuniform float baked, least, scatter; varying float openness; varying vec3 restPlace;\n${eye ? EYE_FRAGMENT.declarations : ""}`],
      ["#include <color_fragment>", `#include <color_fragment>\n${eye ? EYE_FRAGMENT.colour : ""}`],
      ["#include <lights_physical_pars_fragment>", spliced(ShaderChunk.lights_physical_pars_fragment, [[DIRECT, SCATTER]])],
      ["#include <aomap_fragment>", `#include <aomap_fragment>\n${OCCLUDE}`],
    ]);
  };
  material.customProgramCacheKey = () => `lego-${Boolean(eye)}`;
  return material;
}

/** `source` with pieces replaced. Throws when three.js no longer has one of them. */
function spliced(source, pieces) {
  for (const [old, put] of pieces) {
    if (!source.includes(old)) throw new Error(`three.js has changed: no "${old}" in its shader`);
    source = source.replace(old, () => put);
  }
  return source;
}
