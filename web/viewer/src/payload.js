// What the page carries: data blocks that the Python side filled in.

const text = (id) => document.getElementById(id)?.textContent ?? "";

/** Facts about the page: title, matrices, emotions for files that have none. */
export const readFacts = () => JSON.parse(text("facts") || "{}");

export const readLicences = () => text("licences");

/** The bytes of an embedded GLB, or null. The block is emptied, since nobody needs the text again. */
export function readModel(id) {
  const encoded = text(id).trim();
  if (!encoded) return null;
  const binary = atob(encoded);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  document.getElementById(id).remove();
  return bytes.buffer;
}
