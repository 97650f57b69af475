/**
 * @file What must be true before anything runs: a Node that is new enough, and the development
 * packages of package-lock.json. `npm start` and `npm test` call it; it does what is missing.
 *
 * It imports nothing but Node, because nothing else may be there yet, and it keeps to syntax that
 * old versions of Node can read, because telling them that they are old is its first task.
 */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const LEAST_NODE = [20, 19];

/** Makes the checkout ready, or says in plain words why it cannot and exits. */
export function setUp() {
  checkNode();
  installPackages();
}

/** One line about what is going on, on stderr: stdout belongs to what was asked for. */
export function say(line) {
  process.stderr.write(line + "\n");
}

/** Ends the process with an explanation instead of a stack trace. */
export function fail(explanation) {
  say(explanation);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return;
  fail(
    "Unrolled needs Node " +
      LEAST_NODE.join(".") +
      " or newer; this is Node " +
      process.versions.node +
      " (" +
      process.execPath +
      ").\nInstall a newer one from https://nodejs.org and try again.",
  );
}

function installPackages() {
  const reason = whyInstall();
  if (!reason) return;

  say(reason + ": installing them with npm ci, usually within a minute …");
  const started = Date.now();
  // Two tries more, soon: npm's own patience with a network that is not there is over a minute.
  const patience = ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  const { status, output } = npm(["ci"].concat(quiet, patience));
  if (status === 0) {
    say("development packages installed in " + seconds(started));
    return;
  }
  fail(explainFailedInstall(output));
}

/**
 * npm notes what it installed in node_modules/.package-lock.json. Contents are compared and not
 * dates: git gives every file of a checkout the date of the checkout.
 */
function whyInstall() {
  const installed = readLock(join(ROOT, "node_modules", ".package-lock.json"));
  if (!installed) return "The development packages are not installed yet";

  const wanted = readLock(join(ROOT, "package-lock.json"));
  const current = Object.keys(wanted).every((path) => {
    const want = wanted[path];
    if (path === "") return true;
    // Packages for other systems are in the lock and are rightly not here.
    if (!installed[path]) return Boolean(want.optional || want.devOptional);
    return installed[path].version === want.version;
  });
  return current ? null : "The development packages are not those of package-lock.json";
}

function readLock(path) {
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages || {};
  } catch {
    return null;
  }
}

/** Runs npm quietly; its words come back with its exit status. */
export function npm(args, cwd = ROOT) {
  // Under `npm start` npm says where it is; otherwise it stands on the path.
  const own = process.env.npm_execpath;
  const byNode = own && /npm-cli\.(c|m)?js$/.test(own);
  const options = { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] };
  const result = byNode
    ? spawnSync(process.execPath, [own].concat(args), options)
    : spawnSync("npm", args, Object.assign({ shell: process.platform === "win32" }, options));
  const output = [result.error && result.error.message, result.stderr, result.stdout];
  return { status: result.status, output: output.filter(Boolean).join("\n").trim() };
}

function explainFailedInstall(output) {
  const said = "\n\nnpm said:\n" + output.split("\n").slice(0, 20).join("\n");
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/.test(output)) {
    return (
      "The development packages could not be fetched: the package registry cannot be reached.\n" +
      "They are needed once. Connect to a network (behind a proxy: npm config set proxy <address>) " +
      "and run the same command again, or copy node_modules/ from a checkout that has it." +
      said
    );
  }
  if (/ENOSPC/.test(output)) {
    return "The development packages do not fit: the disk is full. Free about 300 MB." + said;
  }
  if (/EACCES|EPERM|EROFS/.test(output)) {
    return "The development packages cannot be written to " + ROOT + ": no permission." + said;
  }
  if (/spawn npm ENOENT/.test(output)) {
    return "npm was not found. It comes with Node: install Node from https://nodejs.org." + said;
  }
  return (
    "npm ci failed. If package.json was edited by hand, `npm install` brings the lock up to date." +
    said
  );
}

/** `1.2 s`, since a moment given by `Date.now()`. */
export function seconds(since) {
  return ((Date.now() - since) / 1000).toFixed(1) + " s";
}
