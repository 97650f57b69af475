/**
 * @file Compiles assembly/ twice, with relaxed SIMD and without, into src/generated/*.ts.
 *
 * The bytes travel as hexadecimal digits inside a module, so that no host needs a loader, a fetch or
 * an await. Zipped, which is how pages get them, that is a quarter less than base64, whose digits
 * straddle bytes and so hide what repeats.
 * Does nothing when neither the sources nor the compiler have changed.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL(".", import.meta.url));
const generated = join(root, "src", "generated");
const targets = ["relaxed", "simd"];

/** What the output depends on: every source, the options, this file, and the compiler's version. */
function fingerprint() {
  const hash = createHash("sha256");
  const sources = readdirSync(join(root, "assembly")).sort();
  const files = [...sources.map((name) => join("assembly", name)), "asconfig.json", "build.mjs"];
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  const { version } = createRequire(import.meta.url)("assemblyscript/package.json");
  return hash.update(version).digest("hex").slice(0, 16);
}

function isCurrent(target, mark) {
  try {
    return readFileSync(join(generated, `${target}.ts`), "utf8").startsWith(`// ${mark}\n`);
  } catch {
    return false;
  }
}

async function compile(target) {
  const { default: asc } = await import("assemblyscript/asc");
  let bytes;
  const options = ["--config", "asconfig.json", "--target", target, "--outFile", "out.wasm"];
  const { error, stderr } = await asc.main([...options, "--baseDir", root], {
    writeFile: (name, contents) => {
      if (name.endsWith(".wasm")) bytes = contents;
    },
  });
  if (error || !bytes) throw new Error(`kernels (${target}): ${error?.message}\n${stderr}`);
  return bytes;
}

const mark = fingerprint();
const stale = targets.filter((target) => !isCurrent(target, mark));
mkdirSync(generated, { recursive: true });
for (const target of stale) {
  const bytes = await compile(target);
  const digits = Buffer.from(bytes).toString("hex");
  const file = join(generated, `${target}.ts`);
  // Written aside and moved, so that whoever reads meanwhile sees one or the other.
  writeFileSync(`${file}.${process.pid}`, `// ${mark}\nexport default "${digits}";\n`);
  renameSync(`${file}.${process.pid}`, file);
  console.log(`kernels: ${target} build, ${(bytes.length / 1024).toFixed(1)} KiB`);
}
if (stale.length === 0) console.log("kernels: unchanged");
