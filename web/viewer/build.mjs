// Bundles the viewer into the Python package: `make viewer`. What it writes is checked in, so that users need no Node.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = here("../../lego_cli/data/viewer");
const version = (name) => JSON.parse(readFileSync(here(`node_modules/${name}/package.json`), "utf8")).version;
const sha256 = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");
const hashes = (folder, names) => Object.fromEntries(names.map((name) => [name, sha256(`${folder}/${name}`)]));

mkdirSync(out, { recursive: true });
await build({
  entryPoints: { viewer: here("src/main.js") },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none", // the whole licence is in the page instead
});
if (/<\/script|<!--/i.test(readFileSync(`${out}/viewer.js`, "utf8")))
  throw new Error("the bundle would end its own script element");
copyFileSync(here("page.html"), `${out}/page.html`);
copyFileSync(here("node_modules/three/LICENSE"), `${out}/THREE-LICENSE.txt`);
const files = ["viewer.js", "viewer.css", "page.html", "THREE-LICENSE.txt"];
const provenance = {
  made_by: "make viewer (web/viewer/build.mjs)",
  contains: { three: { version: version("three"), licence: "MIT", from: "npm: three" } },
  built_with: { esbuild: version("esbuild") },
  sha256: hashes(out, files),
  sources: hashes(here("src"), readdirSync(here("src")).sort()), // so that tests see a bundle that is out of date
};
writeFileSync(`${out}/provenance.json`, `${JSON.stringify(provenance, null, 2)}\n`);
console.log(`viewer.js ${Math.round(readFileSync(`${out}/viewer.js`).length / 1024)} kB`);
