/**
 * @file The library as it would be published: packed, put into an empty project, imported there,
 * compiled against by a user with strict settings, and bundled for a browser.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { npm, ROOT, setUp } from "./setup.mjs";

/** What a user might write; its last line is what it must print. */
const USE = `
import { FormatError, loadSafetensors, manualSeed, nn, tensor, type Tensor } from "unrolled";

manualSeed(1);
const lstm = new nn.LSTM(3, 4, { batchFirst: true });
const x: Tensor = tensor([[[1, 2, 3], [4, 5, 6]]]);
const [output, [hN]] = lstm.forward(x);
output.sum().backward();
const shapes: (readonly number[])[] = [output.shape, hN.shape];
let refused = false;
try {
  loadSafetensors("none.safetensors");
} catch (error) {
  refused = error instanceof FormatError;
}
console.log(JSON.stringify(shapes), refused);
`;
const PRINTS = "[[1,2,4],[1,1,4]] true";

const COMPILER = ["--noEmit", "--strict", "--target", "es2022", "--lib"];
const RESOLUTIONS = [
  ["--module", "NodeNext"],
  ["--module", "ESNext", "--moduleResolution", "Bundler"],
];

setUp();
const { build } = await import("./build.mjs");
await build();
const esbuild = await import("esbuild");

const project = mkdtempSync(join(realpathSync(tmpdir()), "unrolled-package-"));
try {
  packAndInstall();

  writeFileSync(join(project, "use.mjs"), esbuild.transformSync(USE, { loader: "ts" }).code);
  const printed = run([join(project, "use.mjs")]).trim();
  if (printed !== PRINTS) throw new Error(`expected it to print ${PRINTS}, got ${printed}`);

  // Not skipping the library's own declarations: they must be right by themselves.
  writeFileSync(join(project, "use.ts"), USE);
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  for (const resolution of RESOLUTIONS)
    run([tsc, ...COMPILER, "ES2023,DOM", ...resolution, "use.ts"]);

  console.log(`all of it for a browser: ${browserBundle()} KB gzipped`);
} catch (error) {
  console.error(`The packed library does not work in an empty project: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(project, { recursive: true });
}

function packAndInstall() {
  const library = join(ROOT, "packages", "library");
  expectSuccess(npm(["pack", library, "--ignore-scripts", "--pack-destination", project]));
  const [tarball] = readdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "type": "module", "private": true }');
  expectSuccess(npm(["install", "--offline", "--no-audit", join(project, tarball)], project));
  const installed = readdirSync(join(project, "node_modules")).filter((name) => name[0] !== ".");
  if (installed.join() !== "unrolled") throw new Error(`it brings along ${installed.join(", ")}`);
}

/** Its size; it must not need anything that a browser does not have. */
function browserBundle() {
  const { outputFiles } = esbuild.buildSync({
    stdin: { contents: 'export * from "unrolled";', resolveDir: project },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    logLevel: "silent",
  });
  return (gzipSync(outputFiles[0].contents).length / 1000).toFixed(1);
}

function run(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: project,
    encoding: "utf8",
  });
  expectSuccess({ status, output: stdout + stderr });
  return stdout;
}

function expectSuccess({ status, output }) {
  if (status !== 0) throw new Error(`\n${output}`);
}
