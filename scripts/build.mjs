/**
 * @file Builds what is not current: kernels → library → experiments → command line, its
 * pages → declarations.
 *
 *   npm run build              everything whose sources have changed
 *   npm run build -- --force   everything
 *
 * A part is current while the hash of its sources is the one noted at its last build and every
 * file written then is still there. Files are replaced one by one, and only where they differ, so
 * several processes may build at once and a running one never finds half a file.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { fail, ROOT, say, seconds, setUp } from "./setup.mjs";

/** The condition in package.json under which an import finds the TypeScript source. */
export const SOURCE_CONDITION = "unrolled-source";

const THIS_FILE = fileURLToPath(import.meta.url);
const CACHE = join(ROOT, "node_modules", ".cache", "unrolled");
const KERNELS = join(ROOT, "packages", "kernels");
const LIBRARY = join(ROOT, "packages", "library");
const CLI = join(ROOT, "packages", "cli");
const SITE = join(ROOT, "site");

/** The colours of cells and gates, which the command line has in common with the course. */
const PALETTE = join(SITE, "src", "palette.ts");

/** The script of the engine's threads, as a string inside a module. */
const WORKER = join(LIBRARY, "src/backends/wasm/threads/generated/worker-source.ts");

/** What the sources themselves need before anything can run them: tests, examples, checks. */
export const SOURCE_PARTS = ["kernels", "worker"];
/** What `unrolled` needs to run; the declarations are for who imports it. */
export const COMMAND_PARTS = [...SOURCE_PARTS, "library", "experiments", "command line", "pages"];

/** The course's pages take a while, and nothing else needs them: they are built when named. */
export const COURSE_PARTS = [...SOURCE_PARTS, "course"];

/** What each part is made of, and how; `build` returns the files it wrote. */
const PARTS = {
  kernels: {
    sources: () => [
      ...filesIn(join(KERNELS, "assembly")),
      ...["build.mjs", "asconfig.json", "package.json"].map((name) => join(KERNELS, name)),
    ],
    build: buildKernels,
  },
  worker: {
    sources: () => [...librarySources(), THIS_FILE],
    build: buildWorker,
  },
  library: {
    sources: () => [...librarySources(), ...filesIn(dirname(WORKER)), THIS_FILE],
    build: buildLibrary,
  },
  experiments: {
    sources: () => [
      ...["experiments", "lessons"]
        .flatMap((name) => filesIn(join(SITE, "src", name)))
        .filter(isShipped),
      join(SITE, "package.json"),
      THIS_FILE,
    ],
    build: buildExperiments,
  },
  "command line": {
    sources: () => [
      ...filesIn(join(CLI, "src")).filter(isShipped),
      PALETTE,
      join(CLI, "package.json"),
      THIS_FILE,
    ],
    build: buildCli,
  },
  pages: {
    sources: () => [
      ...librarySources(),
      ...filesIn(dirname(WORKER)),
      ...filesIn(join(CLI, "src", "page")).filter(isShipped),
      THIS_FILE,
    ],
    build: buildPages,
  },
  declarations: {
    sources: () => [
      ...librarySources(),
      join(LIBRARY, "tsconfig.build.json"),
      join(ROOT, "tsconfig.json"),
      THIS_FILE,
    ],
    build: buildDeclarations,
  },
  course: {
    sources: () => [
      ...librarySources(),
      ...filesIn(dirname(WORKER)),
      ...filesIn(join(SITE, "src")).filter((path) => !path.endsWith(".test.ts")),
      ...filesIn(join(ROOT, "examples")),
      ...["package.json", "vite.config.ts"].map((name) => join(SITE, name)),
      join(ROOT, "scripts", "site-pages.mjs"),
    ],
    build: async () => (await import("./site-pages.mjs")).buildSite(),
  },
};

/**
 * Builds the named parts and ends the process where one fails. If none are named, all are but the
 * course's pages.
 */
export async function build({ parts, force = false } = {}) {
  parts ??= Object.keys(PARTS).filter((name) => name !== "course");
  for (const name of parts) {
    const { sources, build } = PARTS[name];
    const stamp = join(CACHE, `${name.replace(" ", "-")}.json`);
    const hash = hashOf(sources());
    if (!force && isCurrent(stamp, hash)) continue;

    const started = Date.now();
    let outputs;
    try {
      outputs = await build();
    } catch (error) {
      // esbuild has already shown where; the compilers' own words come along in the message.
      fail(`The ${name} could not be built.\n${error.message}`);
    }
    replaceFile(stamp, JSON.stringify({ hash, outputs: outputs.map(fromRoot) }));
    say(`built the ${name} in ${seconds(started)}`);
  }
}

function buildKernels() {
  run(process.execPath, [join(KERNELS, "build.mjs")]);
  return filesIn(join(KERNELS, "src", "generated"));
}

/** Threads run it from the string, so that no host and no bundler has to find a file. */
async function buildWorker() {
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(LIBRARY, "src/backends/wasm/threads/worker.ts")],
    bundle: true,
    write: false,
    format: "esm",
    minify: true,
    target: "es2022",
    platform: "neutral",
    conditions: [SOURCE_CONDITION],
    logLevel: "error",
  });
  // A classic script: `export { name as serve }` becomes a function of that name.
  const script = outputFiles[0].text
    .trim()
    .replace(/export\s*\{\s*(\w+) as serve\s*\};?$/, "var serve=$1;");
  if (!script.includes("var serve=")) throw new Error("The worker no longer exports `serve`.");
  replaceFile(WORKER, `export default ${JSON.stringify(script)};\n`);
  return [WORKER];
}

/**
 * One ES module per published entry, with what they share in chunks of its own. Left as imports:
 * `#platform` and `#native`, which package.json resolves to Node's or the browser's half, the
 * library's own name in tasks, and packages that are loaded only where somebody has installed them.
 */
async function buildLibrary() {
  return bundle({
    entryPoints: libraryEntries(),
    outbase: join(LIBRARY, "src"),
    outdir: join(LIBRARY, "dist"),
    platform: "neutral",
    conditions: [SOURCE_CONDITION],
    external: ["#platform", "#native", "unrolled", "node:*", "koffi", "@huggingface/tokenizers"],
  });
}

/** The files that package.json's `exports` and `imports` name. */
function libraryEntries() {
  const source = join(LIBRARY, "src");
  const tasks = filesIn(join(source, "tasks"));
  return [
    join(source, "index.ts"),
    join(source, "platform", "node.ts"),
    join(source, "platform", "browser.ts"),
    join(source, "backends", "native", "index.ts"),
    join(source, "backends", "native", "absent.ts"),
    ...tasks.filter((path) => /tasks[\\/][^\\/]+[\\/]index\.ts$/.test(path)),
  ];
}

/** The course's experiments for Node, as `unrolled course run` needs them. */
async function buildExperiments() {
  return bundle({
    entryPoints: [join(SITE, "src", "experiments", "index.ts")],
    outbase: join(SITE, "src", "experiments"),
    outdir: join(SITE, "dist", "experiments"),
    platform: "node",
    external: ["unrolled"],
  });
}

async function buildCli() {
  return bundle({
    // The second runs in the threads that `compare` starts.
    entryPoints: [join(CLI, "src", "main.ts"), join(CLI, "src", "compare", "worker.ts")],
    outbase: join(CLI, "src"),
    outdir: join(CLI, "dist"),
    platform: "node",
    packages: "external",
    alias: { "unrolled-course/palette": PALETTE },
  });
}

/**
 * The scripts of the pages that `unrolled export --page` writes: for every task what people see and the
 * worker that runs the model, each as one classic script with all that it needs.
 */
async function buildPages() {
  const esbuild = await import("esbuild");
  const folder = join(CLI, "src", "page");
  const tasks = filesIn(join(folder, "worker")).filter((path) => !path.endsWith("serve.ts"));
  const { outputFiles } = await esbuild.build({
    entryPoints: tasks.flatMap((path) => [path, join(folder, "browser", basename(path))]),
    outbase: folder,
    outdir: join(CLI, "dist", "page"),
    bundle: true,
    write: false,
    format: "iife",
    minify: true,
    target: "es2022",
    platform: "browser",
    conditions: [SOURCE_CONDITION],
    external: ["@huggingface/tokenizers"],
    logLevel: "error",
  });
  const outputs = outputFiles.map(({ path }) => path);
  for (const { path, contents } of outputFiles) replaceFile(path, contents);
  removeExcept(outputs, join(CLI, "dist", "page"), (path) => path.endsWith(".js"));
  return outputs;
}

async function bundle(options) {
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    bundle: true,
    write: false,
    splitting: true,
    format: "esm",
    target: "es2022",
    sourcemap: true,
    sourcesContent: false,
    chunkNames: "chunks/[name]-[hash]",
    logLevel: "error",
    ...options,
  });
  const outputs = outputFiles.map(({ path }) => path);
  for (const { path, contents } of outputFiles) replaceFile(path, contents);
  removeExcept(outputs, options.outdir, (path) => isBundled(path, options.outdir));
  return outputs;
}

/** The pages' scripts, in the command's own folder, are another part's. */
function isBundled(path, folder) {
  return /\.js(\.map)?$/.test(path) && !relative(folder, path).startsWith(`page${sep}`);
}

/**
 * tsc writes a declaration for every file; published are those that an entry leads to. They say
 * `./lstm.js`, where tsc leaves `./lstm.ts` as it stands in the source.
 */
function buildDeclarations() {
  const source = join(LIBRARY, "src");
  const dist = join(LIBRARY, "dist");
  const emitted = join(CACHE, "declarations");
  const notes = join(CACHE, "declarations.tsbuildinfo");
  const declarationOf = (path) => relative(source, path).replace(/\.ts$/, ".d.ts");

  // tsc trusts its notes and would not write anew what somebody has deleted.
  const expected = filesIn(source).filter(isShipped).map(declarationOf);
  if (!expected.every((path) => existsSync(join(emitted, path)))) rmSync(notes, { force: true });
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const project = join(LIBRARY, "tsconfig.build.json");
  run(process.execPath, [tsc, "-p", project, "--outDir", emitted, "--tsBuildInfoFile", notes]);

  const imports = /((?:from|import\() ?")(\.{1,2}\/[^"]*)\.ts"/g;
  const published = new Set(libraryEntries().map(declarationOf));
  for (const path of published) {
    const text = readFileSync(join(emitted, path), "utf8");
    if (text.includes('"@unrolled/kernels"')) {
      throw new Error(
        `src/${path.replace(".d.ts", ".ts")} shows a type of @unrolled/kernels, which is not ` +
          "published. State that type in the library.",
      );
    }
    for (const [, , target] of text.matchAll(imports)) {
      published.add(join(dirname(path), `${target}.d.ts`));
    }
    replaceFile(join(dist, path), text.replace(imports, '$1$2.js"'));
  }
  const outputs = [...published].map((path) => join(dist, path));
  removeExcept(outputs, dist, (path) => path.endsWith(".d.ts"));
  return outputs;
}

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) throw new Error(`${stdout}${stderr}`.trim());
}

function librarySources() {
  return [
    ...filesIn(join(LIBRARY, "src")).filter((path) => isShipped(path) && path !== WORKER),
    ...filesIn(join(KERNELS, "src")).filter(isShipped),
    join(LIBRARY, "package.json"),
    join(KERNELS, "package.json"),
  ];
}

/** Code that is not there for tests alone. */
function isShipped(path) {
  return path.endsWith(".ts") && !/(\.test|[\\/]testing)\.ts$/.test(path);
}

/** Every file below a folder, sorted; none if there is no such folder. */
export function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function hashOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths) {
    hash.update(`${fromRoot(path)}\0`);
    hash.update(existsSync(path) ? readFileSync(path) : "(none)");
    hash.update("\0");
  }
  return hash.digest("hex");
}

function isCurrent(stamp, hash) {
  if (!existsSync(stamp)) return false;
  const last = JSON.parse(readFileSync(stamp, "utf8"));
  return last.hash === hash && last.outputs.every((path) => existsSync(join(ROOT, path)));
}

function replaceFile(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(contents))) return;
  const temporary = `${path}.${process.pid}.tmp`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

function removeExcept(keep, folder, isOurs) {
  const kept = new Set(keep);
  for (const path of filesIn(folder)) {
    if (isOurs(path) && !kept.has(path)) rmSync(path, { force: true });
  }
}

function fromRoot(path) {
  return relative(ROOT, path);
}

if (process.argv[1] === THIS_FILE) {
  setUp();
  const started = Date.now();
  await build({ force: process.argv.includes("--force") });
  say(`everything is current (${seconds(started)})`);
}
