#!/usr/bin/env node
// Builds the front end: the WebAssembly of the page, its JavaScript, the style sheet and the public files.
//
//   node scripts/build-site.mjs debug     -> target/site          read from disk by debug servers
//   node scripts/build-site.mjs release   -> target/site-release  embedded by release servers
//
// Both folders are in the workspace whatever CARGO_TARGET_DIR says, since the server names them relative to itself.
// Files in pkg/ carry a hash of their content in the name, so that they can be cached for ever; manifest.json maps
// {js, wasm, css, icon} to those names (the icon is public/icon.svg). Beside each file are its compressed siblings, .br
// and .gz. When nothing changed, nothing is written, and the server need not be built again.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const profile = process.argv[2] ?? "debug";
if (!["debug", "release"].includes(profile)) {
  console.error(`build-site: «${profile}» is not a profile; say debug or release`);
  process.exit(2);
}
const release = profile === "release";
const site = join(root, "target", release ? "site-release" : "site");
const stamp = `${site}.stamp`;

const run = (command, args) => execFileSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
const output = (command, args) =>
  execFileSync(command, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 26 }).toString().trim();
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex");
const filesIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true }).map((name) => join(folder, name)).filter((path) => statSync(path).isFile()).sort()
    : [];

run("bash", ["scripts/wasm-target.sh"]);
const cargoProfile = release ? "wasm-release" : "dev";
run("cargo", ["build", "--package", "app", "--lib", "--target", "wasm32-unknown-unknown",
  "--no-default-features", "--features", "hydrate", "--profile", cargoProfile]);
const { target_directory } = JSON.parse(output("cargo", ["metadata", "--no-deps", "--format-version", "1"]));
const wasm = join(target_directory, "wasm32-unknown-unknown", release ? "wasm-release" : "debug", "app.wasm");
const bindgen = output("bash", ["scripts/wasm-bindgen.sh"]);

// Tokens and the page first, then what builds on them.
const styles = ["main.css", "wall.css"].map((name) => join(root, "style", name)).filter((path) => existsSync(path));
const publicFiles = filesIn(join(root, "public"));
const optimizer = release ? [join(root, "scripts", "wasm-opt.sh"), join(root, "scripts", "binaryen", "package-lock.json")] : [];
const inputs = [wasm, ...optimizer, fileURLToPath(import.meta.url), ...styles, ...publicFiles];
const wanted = sha256(bindgen, ...inputs.flatMap((path) => [relative(root, path), readFileSync(path)]));
if (existsSync(site) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) {
  console.log(`The front end is up to date (${relative(root, site)})`);
  process.exit(0);
}

rmSync(stamp, { force: true });
mkdirSync(join(root, "target"), { recursive: true });
const fresh = mkdtempSync(`${site}.new-`);
const pkg = join(fresh, "pkg");
mkdirSync(pkg);

// wasm-bindgen writes relboard.js, relboard_bg.wasm and sometimes snippets/.
const slim = ["--remove-name-section", "--remove-producers-section"];
run(bindgen, ["--target", "web", "--no-typescript", "--out-name", "relboard", "--out-dir", pkg, ...(release ? slim : []), wasm]);

// Chromium compiles a function when it is called for the first time, and a page that comes alive calls thousands: more time goes
// into that than into running them. Functions that are called from one place only become a part of it, as long as that does not
// make the download larger than without.
if (release) {
  const module = join(pkg, "relboard_bg.wasm");
  const features = ["bulk-memory", "bulk-memory-opt", "multivalue", "mutable-globals", "nontrapping-float-to-int", "reference-types", "sign-ext"];
  run(output("bash", ["scripts/wasm-opt.sh"]), [...features.map((name) => `--enable-${name}`), "-Oz", "--converge",
    "--one-caller-inline-max-function-size", "20", module, "--output", module]);
}

const manifest = {};
const hashed = (kind, name, content) => {
  const stem = kind === "icon" ? "icon" : "relboard";
  const unique = `${stem}.${sha256(content).slice(0, 16)}${extname(name)}`;
  rmSync(join(pkg, name), { force: true });
  writeFileSync(join(pkg, unique), content);
  manifest[kind] = unique;
  return unique;
};
// The names by which JavaScript and WebAssembly know each other carry hashes. In the release they are numbers of the same length:
// hashes cannot be compressed, and would be a hundredth of the download.
const numbers = new Map();
const numbered = (hash) => numbers.get(hash) ?? numbers.set(hash, String(numbers.size).padStart(hash.length, "0")).get(hash);
const plain = (name) => {
  const content = readFileSync(join(pkg, name), "latin1");
  const names = /(?<=__wbg_[A-Za-z0-9_]*_|_invoke__h)[0-9a-f]{16}/g;
  return Buffer.from(release ? content.replace(names, numbered) : content, "latin1");
};
const wasmName = hashed("wasm", "relboard_bg.wasm", plain("relboard_bg.wasm"));
// The loader falls back to this name when it is called without one.
const written = plain("relboard.js").toString().replaceAll("relboard_bg.wasm", wasmName);
// Lines that are comments, and indentation, are an eighth of what is downloaded of it.
const comments = /^\s*(\/\*\*[\s\S]*?\*\/|\/\/.*)$/gm;
const loader = release ? written.replace(comments, "").replace(/^[ \t]+/gm, "").replace(/\n{2,}/g, "\n") : written;
hashed("js", "relboard.js", loader);
hashed("css", "main.css", Buffer.concat(styles.map((path) => readFileSync(path))));
const icon = join(root, "public", "icon.svg");
if (existsSync(icon)) hashed("icon", "icon.svg", readFileSync(icon));
if (publicFiles.length > 0) cpSync(join(root, "public"), fresh, { recursive: true });
writeFileSync(join(fresh, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

// Small for those who download it, quick for those who only test it: a debug server would take seconds to compress the
// megabytes that debug WebAssembly is.
const compressible = new Set([".wasm", ".js", ".css", ".svg", ".webmanifest", ".txt"]);
for (const path of filesIn(fresh).filter((path) => compressible.has(extname(path)))) {
  const content = readFileSync(path);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: release ? constants.BROTLI_MAX_QUALITY : 1,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: release ? 9 : 1 }));
}

rmSync(site, { recursive: true, force: true });
renameSync(fresh, site);
writeFileSync(stamp, wanted);

const kilobytes = (path) => `${(statSync(path).size / 1000).toFixed(0)} kB`;
for (const [kind, name] of Object.entries(manifest)) {
  const path = join(site, "pkg", name);
  const compressed = existsSync(`${path}.br`) ? `, ${kilobytes(`${path}.br`)} brotli, ${kilobytes(`${path}.gz`)} gzip` : "";
  console.log(`${kind.padEnd(4)} ${kilobytes(path)}${compressed}  ${relative(root, path)}`);
}
