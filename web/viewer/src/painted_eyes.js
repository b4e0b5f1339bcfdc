// Iris and pupil for eyeballs that come without colours, painted by the angle from the gaze axis.
import { Vector3 } from "three";

/** Centre, radius and gaze of the eyeball of a geometry at rest. */
export function eyeUniforms(geometry) {
  geometry.computeBoundingBox();
  const { position } = geometry.attributes;
  const point = new Vector3();
  const low = new Vector3(Infinity, Infinity, Infinity);
  const high = low.clone().negate();
  for (let i = 0; i < position.count; i++) {
    point.fromBufferAttribute(position, i);
    low.min(point);
    high.max(point);
  }
  const radius = (high.x - low.x + high.y - low.y) / 4;
  const centre = new Vector3((low.x + high.x) / 2, (low.y + high.y) / 2, low.z + radius);
  return { eyeCentre: { value: centre }, eyeRadius: { value: radius } };
}

export const EYE_FRAGMENT = {
  declarations: "uniform vec3 eyeCentre; uniform float eyeRadius;",
  colour: `
  vec3 outward = normalize(restPlace - eyeCentre);
  float reach = outward.z > 0.0 ? length(outward.xy) : 2.0;
  float turn = atan(outward.y, outward.x);
  float fibres = 0.5 + 0.2 * sin(37.0 * turn + 9.0 * reach) + 0.17 * sin(61.0 * turn - 14.0 * reach + 1.0);
  float share = clamp((reach - 0.18) / 0.26, 0.0, 1.0);
  vec3 iris = vec3(0.105, 0.20, 0.26) * (0.75 + 0.6 * fibres) * (1.0 - 0.82 * smoothstep(0.7, 1.0, share));
  iris = (iris + exp(-pow((share - 0.12) / 0.2, 2.0)) * vec3(0.1, 0.065, 0.02)) * smoothstep(0.16, 0.2, reach) + 0.004;
  vec3 sclera = mix(vec3(0.71, 0.68, 0.655), vec3(0.6, 0.4, 0.36), smoothstep(0.62, 1.05, reach));
  diffuseColor.rgb = mix(iris, sclera, smoothstep(0.41, 0.475, reach));`,
};
