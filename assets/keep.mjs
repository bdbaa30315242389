// A server knows the files of the build it started with, and its pages go on asking for them: so those stay
// beside the new ones for a while after they were replaced.
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";

export const KEPT_DAYS = 2; // by then it was started again, or somebody has long noticed why not
const HASHED = /\.[0-9a-f]{10}\.(js|css|woff2)(\.gz|\.br)?$/;

// Takes over what `old` holds and `fresh` does not. Time of a file that was replaced: when that was.
export function keepReplaced(old, fresh, now = Date.now()) {
  if (!existsSync(join(old, "manifest.json"))) return;
  const current = new Set(Object.values(JSON.parse(readFileSync(join(old, "manifest.json"), "utf8"))));
  for (const name of readdirSync(old)) {
    if (!HASHED.test(name) || existsSync(join(fresh, name))) continue;
    const replaced = current.has(name.replace(/\.(gz|br)$/, "")) ? now : statSync(join(old, name)).mtimeMs;
    if (replaced <= now - KEPT_DAYS * 86_400_000) continue;
    copyFileSync(join(old, name), join(fresh, name));
    utimesSync(join(fresh, name), new Date(), new Date(replaced));
  }
}
