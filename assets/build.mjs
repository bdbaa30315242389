// Builds what the console serves into src/regulars/console/static/built, and the script for the shop's site
// into src/regulars/api/built. The same input gives the same bytes.
// Names carry a hash of the content, so that browsers may keep the files for ever; manifest.json maps
// "console.css" to the name it got, and those of the builds before stay for a while (keep.mjs).
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { keepReplaced } from "./keep.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const target = join(here, "..", "src", "regulars", "console", "static", "built");
const fresh = `${target}.new`; // a build that fails leaves the old files where they are

const site = join(here, "..", "src", "regulars", "api", "built");
const SITE_BYTES_MAX = 10_000; // every page of the shop waits for it, if only a little

const FONT = join(modules, "@fontsource-variable", "golos-text", "files");
const SUBSETS = ["cyrillic", "cyrillic-ext", "latin", "latin-ext"];
const SCRIPTS = {
  "htmx.js": join(modules, "htmx.org", "dist", "htmx.min.js"),
  "alpine.js": join(modules, "@alpinejs", "csp", "dist", "cdn.min.js"),
  "console.js": join(here, "src", "console.js"),
};
const SHIPPED = ["@alpinejs/csp", "@fontsource-variable/golos-text", "daisyui", "htmx.org", "lucide-static", "tailwindcss"];

const manifest = {};

function ship(name, content) {
  const bytes = Buffer.from(content);
  const suffix = extname(name);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const hashed = `${name.slice(0, -suffix.length)}.${hash}${suffix}`;
  if (suffix === ".woff2") writeFileSync(join(fresh, hashed), bytes);
  else write(fresh, hashed, bytes);
  manifest[name] = hashed;
  return hashed;
}

// A file as it is and packed in two ways.
function write(folder, name, bytes) {
  writeFileSync(join(folder, name), bytes);
  writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params: quality }));
}

// The script for the shop's site keeps its address, for it stands in pages that others write. Shipped
// without its comments and indents: small enough, and whoever reads it on the site can still read it.
function siteScript() {
  const source = readFileSync(join(here, "src", "site", "regulars.js"), "utf8");
  const lines = source.split("\n").map((line) => line.trim());
  const shipped = lines.filter((line) => line && !line.startsWith("//")).join("\n") + "\n";
  new Script(shipped); // throws where that broke it
  const bytes = Buffer.from(shipped);
  if (bytes.length > SITE_BYTES_MAX) throw new Error(`regulars.js has ${bytes.length} bytes, more than ${SITE_BYTES_MAX}`);
  rmSync(`${site}.new`, { recursive: true, force: true });
  mkdirSync(`${site}.new`, { recursive: true });
  write(`${site}.new`, "regulars.js", bytes);
  rmSync(site, { recursive: true, force: true });
  renameSync(`${site}.new`, site);
}

function styles() {
  const folder = mkdtempSync(join(tmpdir(), "regulars-css-"));
  try {
    const output = join(folder, "console.css");
    const cli = join(modules, "@tailwindcss", "cli", "dist", "index.mjs");
    const input = join(here, "src", "console.css");
    execFileSync(process.execPath, [cli, "--input", input, "--output", output, "--minify"], { cwd: here, stdio: "pipe" });
    return readFileSync(output, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function iconShapes(icon) {
  const svg = readFileSync(join(modules, "lucide-static", "icons", `${icon}.svg`), "utf8");
  const inside = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.indexOf("</svg>"));
  return inside.replace(/\s*\n\s*/g, "").trim();
}

function notice(name) {
  const { version, license } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
  const file = join(modules, name, "LICENSE");
  const text = existsSync(file) ? `\n\n${readFileSync(file, "utf8").trim()}` : "";
  return `${name} ${version} (${license})${text}\n`;
}

siteScript();

rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });

let css = styles();
for (const subset of SUBSETS) {
  const name = `golos-text-${subset}.woff2`;
  const hashed = ship(name, readFileSync(join(FONT, `golos-text-${subset}-wght-normal.woff2`)));
  css = css.replaceAll(`./fonts/${name}`, `./${hashed}`);
}
ship("console.css", css);

for (const [name, source] of Object.entries(SCRIPTS)) {
  // The maps are not shipped: a pointer to them would only make browsers ask for a missing file.
  ship(name, readFileSync(source, "utf8").replace(/\n?\/\/# sourceMappingURL=.*\n?$/, "\n"));
}

const icons = readFileSync(join(here, "icons.txt"), "utf8").split("\n").filter(Boolean).sort();
writeFileSync(join(fresh, "icons.json"), JSON.stringify(Object.fromEntries(icons.map((i) => [i, iconShapes(i)])), null, 1));
writeFileSync(join(fresh, "licences.txt"), SHIPPED.map(notice).join("\n\n"));
writeFileSync(join(fresh, "manifest.json"), JSON.stringify(manifest, null, 1));

keepReplaced(target, fresh);
rmSync(target, { recursive: true, force: true });
renameSync(fresh, target);
