// What a head is made of. Skin lets light in and reddens where it turns dark; eyes are wet; crevices get less light.
import { Color, DoubleSide, MeshPhysicalMaterial, MeshStandardMaterial, ShaderChunk } from "three";
import { LASH_FRAGMENT, combLashes, isCutOut } from "./lashes.js";
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

const PORES_ACROSS = 300; // of a head's height

// Linear colours for parts that come without any, and what each kind does with light.
const LOOKS = {
  skin: { colour: [0.64, 0.39, 0.29], roughness: 0.52, scatter: 1 },
  eye: { colour: [0.8, 0.77, 0.74], roughness: 0.28, wet: 1, least: 0.35 },
  teeth: { colour: [0.74, 0.69, 0.595], roughness: 0.28, scatter: 0.4, least: 0.42 },
  gums: { colour: [0.52, 0.17, 0.16], roughness: 0.35, scatter: 0.6, least: 0.25 },
  tongue: { colour: [0.5, 0.17, 0.165], roughness: 0.4, scatter: 0.8, least: 0.2 },
  hair: { colour: [0.03, 0.02, 0.016], roughness: 0.6 },
  cavity: { colour: [0.22, 0.055, 0.05], roughness: 0.5, scatter: 0.5, least: 0.04 },
  clay: { colour: [0.53, 0.5, 0.47], roughness: 0.72, scatter: 0.12 },
};

/** Kind of a part by the first of its names that says something; clay when none does. */
export function kindOf(names) {
  for (const name of names) {
    const found = KINDS.find(([pattern]) => pattern.test(name));
    if (found) return found[1];
  }
  return "clay";
}

/** Give a model our surfaces. `own` keeps what a foreign file says of its materials, but for crevices. */
export function dress(model, own) {
  for (const mesh of model.meshes) {
    if (!mesh.isMesh) continue;
    const kind = kindOf(model.namesOf(mesh));
    mesh.castShadow = kind !== "hair";
    mesh.receiveShadow = true;
    mesh.frustumCulled = false; // boxes of morphed meshes are not to be relied on
    mesh.userData.kind = kind;
  }
  if (!own) combLashes(model.meshes);
  for (const mesh of model.meshes) {
    if (!mesh.isMesh) continue;
    const { kind } = mesh.userData;
    mesh.material = Array.isArray(mesh.material)
      ? mesh.material.map((material) => surfaceOf(mesh, material, kind, own))
      : surfaceOf(mesh, mesh.material, kind, own);
  }
}

function surfaceOf(mesh, given, kind, own) {
  if (!(given instanceof MeshStandardMaterial)) return given; // unlit, as its author wants it
  if (own) return withOpenness(given, {});
  const look = LOOKS[kind];
  const material = new MeshPhysicalMaterial();
  MeshStandardMaterial.prototype.copy.call(material, given);
  const bare = !given.map && !given.vertexColors && given.color.equals(new Color(1, 1, 1));
  if (bare) material.color.setRGB(...look.colour);
  Object.assign(material, { roughness: look.roughness, metalness: 0, shadowSide: DoubleSide });
  if (kind === "skin")
    Object.assign(material, {
      specularIntensity: 0.7,
      sheen: 0.35,
      sheenRoughness: 0.45,
      sheenColor: new Color(1, 0.78, 0.68),
    });
  if (kind === "hair") material.side = DoubleSide;
  const cutOut = kind === "hair" && isCutOut(given); // as veils, so that strands have soft edges
  if (mesh.userData.combed || cutOut) Object.assign(material, { transparent: true, depthWrite: false, alphaTest: 0 });
  if (look.wet) Object.assign(material, { clearcoat: 1, clearcoatRoughness: 0.03, specularIntensity: 0.3 });
  const pores = kind === "skin" ? PORES_ACROSS / heightOf(mesh.geometry) : 0;
  return withOpenness(material, { ...look, pores }, paintOf(mesh, kind, bare));
}

function heightOf(geometry) {
  geometry.computeBoundingBox();
  return Math.max(geometry.boundingBox.max.y - geometry.boundingBox.min.y, 1e-9);
}

/** What is painted where no texture tells: `{name, vertex, declarations, colour, uniforms}`. */
function paintOf(mesh, kind, bare) {
  if (bare && kind === "eye") return { name: "eye", ...EYE_FRAGMENT, vertex: "", uniforms: eyeUniforms(mesh.geometry) };
  if (!mesh.userData.combed) return PLAIN;
  const [attribute, place] = ["attribute vec4 strand;", "varying vec4 strandPlace;"];
  return {
    name: "lash",
    declarations: place,
    colour: LASH_FRAGMENT,
    vertex: `${attribute} ${place}`,
    begin: "strandPlace = strand;",
  };
}

const PLAIN = { name: "plain", declarations: "", colour: "", vertex: "" };
const DIRECT = "reflectedLight.directDiffuse += irradiance * diffuseBRDF * ( 1.0 - F );";
const SCATTER = `
  vec3 bleed = scatter * vec3(0.34, 0.12, 0.07);
  vec3 turned = (dot(geometryNormal, directLight.direction) + bleed) / (1.0 + bleed);
  vec3 soft = clamp(turned, 0.0, 1.0) * directLight.color;
  reflectedLight.directDiffuse += soft * diffuseBRDF * (1.0 - F);`;

// Pores: a fine unevenness, faded out where it would be finer than pixels.
const PORES = `
  if (pores > 0.0) {
    vec3 at = restPlace * pores;
    float visible = smoothstep(1.1, 0.35, length(fwidth(at)));
    vec3 slope = vec3(unevenness(at + vec3(0.35, 0.0, 0.0)), unevenness(at + vec3(0.0, 0.35, 0.0)),
      unevenness(at + vec3(0.0, 0.0, 0.35))) - unevenness(at);
    normal = normalize(normal - visible * 0.06 * length(slope) * normalize(normalMatrix * slope + 1e-9));
  }`;
const NOISE = `
  float grain(vec3 p) { return fract(sin(dot(p, vec3(127.1, 311.7, 74.7))) * 43758.5453); }
  float unevenness(vec3 p) {
    vec3 i = floor(p); vec3 f = fract(p); f = f * f * (3.0 - 2.0 * f);
    return mix(mix(mix(grain(i), grain(i + vec3(1, 0, 0)), f.x), mix(grain(i + vec3(0, 1, 0)), grain(i + vec3(1, 1, 0)), f.x), f.y),
      mix(mix(grain(i + vec3(0, 0, 1)), grain(i + vec3(1, 0, 1)), f.x), mix(grain(i + vec3(0, 1, 1)), grain(i + vec3(1, 1, 1)), f.x), f.y), f.z);
  }`;

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

function withOpenness(material, { least = 0, scatter = 0, pores = 0 }, paint = PLAIN) {
  const own = { least: { value: least }, scatter: { value: scatter }, pores: { value: pores } };
  material.onBeforeCompile = (shader) => {
    Object.assign(shader.uniforms, shading, own, paint.uniforms);
    shader.vertexShader = spliced(shader.vertexShader, [
      [
        "#include <common>",
        `#include <common>
        attribute vec2 opening; uniform float jaw; varying float openness; varying vec3 restPlace; ${paint.vertex}`,
      ],
      [
        "#include <begin_vertex>",
        `#include <begin_vertex>
        openness = mix(opening.x, opening.y, jaw); restPlace = position; ${paint.begin ?? ""}`,
      ],
    ]);
    shader.fragmentShader = spliced(shader.fragmentShader, [
      [
        "#include <common>",
        `#include <common>
        uniform float baked, least, scatter, pores; uniform mat3 normalMatrix;
        varying float openness; varying vec3 restPlace; ${paint.declarations}\n${NOISE}`,
      ],
      ["#include <normal_fragment_maps>", `#include <normal_fragment_maps>\n${PORES}`],
      ["#include <color_fragment>", `#include <color_fragment>\n${paint.colour}`],
      [
        "#include <lights_physical_pars_fragment>",
        spliced(ShaderChunk.lights_physical_pars_fragment, [[DIRECT, SCATTER]]),
      ],
      ["#include <aomap_fragment>", `#include <aomap_fragment>\n${OCCLUDE}`],
    ]);
  };
  material.customProgramCacheKey = () => `lego-${paint.name}`;
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
