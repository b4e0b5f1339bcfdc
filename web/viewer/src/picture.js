// The view as a PNG, background included.

/** Draw the stage onto its background and hand it to the browser as a download. */
export async function savePicture(stage, name) {
  const blob = await pictureOf(stage);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${name}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function pictureOf(stage) {
  const { width, height } = stage.canvas;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  const style = getComputedStyle(document.documentElement);
  const radius = 0.75 * Math.hypot(width, height);
  const gradient = pen.createRadialGradient(width / 2, 0.38 * height, 0, width / 2, 0.38 * height, radius);
  gradient.addColorStop(0, style.getPropertyValue("--back-inner").trim());
  gradient.addColorStop(1, style.getPropertyValue("--back-outer").trim());
  pen.fillStyle = gradient;
  pen.fillRect(0, 0, width, height);
  stage.render(); // the drawing buffer is only there in the same task
  pen.drawImage(stage.canvas, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
