// The official validator's report on each file given, as one JSON list on stdout.
import { readFileSync } from "node:fs";
import validator from "gltf-validator";

const reports = [];
for (const file of process.argv.slice(2)) {
  const bytes = new Uint8Array(readFileSync(file));
  reports.push(await validator.validateBytes(bytes, { uri: file, format: "glb", maxIssues: 200 }));
}
process.stdout.write(JSON.stringify(reports));
