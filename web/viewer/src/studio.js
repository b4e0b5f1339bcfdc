// Light: a soft room, a warm key with shadows, a cool rim, and a shadow on the ground.
import { CircleGeometry, Color, DirectionalLight, HemisphereLight, Mesh, PMREMGenerator, ShaderMaterial } from "three";
import { RoomEnvironment } from "three/addons/environments/RoomEnvironment.js";

const SOFT_SHADOW = {
  vertexShader: `varying vec2 place;
void main() { place = position.xy; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }`,
  fragmentShader: `varying vec2 place; uniform float strength;
void main() { float r = length(place); gl_FragColor = vec4(0.0, 0.0, 0.0, strength * exp(-5.5 * r * r) * smoothstep(1.0, 0.6, r)); }`,
};

/** Light the scene; returns what can be changed later. */
export function addStudio(scene, renderer, quality) {
  const room = quality.room ? addRoom(scene, renderer) : addSky(scene);
  const key = lamp(scene, 0xfff6ec, 2.7, [-1.5, 1.7, 2.3]);
  key.castShadow = true;
  key.shadow.mapSize.set(quality.shadow, quality.shadow);
  Object.assign(key.shadow.camera, { left: -0.9, right: 0.9, top: 0.9, bottom: -0.9, near: 1, far: 6 });
  Object.assign(key.shadow, { bias: -0.0004, normalBias: 0.012, radius: 4 });
  const rim = lamp(scene, 0xf0f4ff, 1.5, [2.2, 1.1, -2.0]);
  lamp(scene, 0xe4ecff, 0.35, [2.2, 0.1, 1.4]);
  const ground = new Mesh(
    new CircleGeometry(1, 48),
    new ShaderMaterial({
      ...SOFT_SHADOW,
      uniforms: { strength: { value: 0.3 } },
      transparent: true,
      depthWrite: false,
    }),
  );
  ground.rotation.x = -Math.PI / 2;
  ground.scale.setScalar(0.75);
  scene.add(ground);
  return {
    setGround: (height) => ground.position.setY(height - 0.015),
    setTheme: (dark) => {
      ground.material.uniforms.strength.value = dark ? 0.6 : 0.26;
      room(dark ? 0.28 : 0.36);
      rim.intensity = dark ? 2.6 : 1.3;
    },
    ground,
  };
}

/** Reflections of a soft room; returns what sets their strength. */
function addRoom(scene, renderer) {
  const room = new RoomEnvironment();
  const generator = new PMREMGenerator(renderer);
  scene.environment = generator.fromScene(room, 0.04).texture;
  scene.environmentRotation.y = -0.5;
  room.dispose();
  generator.dispose();
  return (strength) => (scene.environmentIntensity = strength);
}

/** Light from above and a little from below, which costs next to nothing. */
function addSky(scene) {
  const sky = new HemisphereLight(0xf2f0ee, 0xb59f90, 1);
  scene.add(sky);
  return (strength) => (sky.intensity = 4.6 * strength);
}

function lamp(scene, colour, intensity, place) {
  const light = new DirectionalLight(new Color(colour), intensity);
  light.position.set(...place);
  scene.add(light);
  return light;
}
