// How much work a frame may be: all of it on a graphics card, less where the processor has to draw.

const LEVELS = {
  full: { name: "full", room: true, rounded: true, shadow: 2048, ratio: 2, directions: 44, depth: 256 },
  light: { name: "light", room: false, rounded: false, shadow: 1024, ratio: 1, directions: 14, depth: 128 },
};
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** The level for a renderer; `#quality=full` or `#quality=light` after the page's address decides instead. */
export function qualityOf(renderer) {
  const asked = window.location.hash.match(/quality=(\w+)/)?.[1];
  return LEVELS[asked] ?? (SOFTWARE.test(nameOf(renderer.getContext())) ? LEVELS.light : LEVELS.full);
}

function nameOf(gl) {
  const plain = gl.getParameter(gl.RENDERER);
  const hidden = plain.startsWith("WebKit") ? gl.getExtension("WEBGL_debug_renderer_info") : null; // Chromium's way
  return hidden ? gl.getParameter(hidden.UNMASKED_RENDERER_WEBGL) : plain;
}
