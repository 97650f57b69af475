/**
 * @file What this machine offers: the libraries are found, tried and remembered, once.
 */

import { Blas } from "./blas.ts";
import { candidates } from "./candidates.ts";
import { startForeignCalls } from "./foreign.ts";
import { NATIVE_CELLS, type NativeCell, OneDnn } from "./onednn.ts";
import { Products } from "./products.ts";
import { type Layers, NativeLayers } from "./recurrent.ts";
import { isClose, layerError, productError } from "./self-check.ts";

/** How `unrolled doctor` knows what was found, and why something is not used. */
export interface NativeReport {
  /** The version of the package that calls C, or null without it. */
  koffi: string | null;
  libraries: LibraryReport[];
  /** The largest difference from the plain loops, for what has been checked. */
  checks: Record<string, number>;
  /** Why there is no native engine, and what to do about it; null if there is one. */
  problem: string | null;
}

export interface LibraryReport {
  name: string;
  path: string;
  version: string | null;
  usedFor: string[];
  problem: string | null;
}

const INSTALL_KOFFI = "Install it with: npm install koffi";
const INSTALL_LIBRARY =
  "Install oneDNN (Debian and Ubuntu: apt install libdnnl-dev; Fedora: dnf install onednn), " +
  "or OpenBLAS for products alone (apt install libopenblas0; brew install openblas)";

export class NativeEngine {
  readonly products: Products;
  readonly #layers: Layers | null;
  readonly #report: NativeReport;
  readonly #usable = new Map<NativeCell, boolean>();

  constructor(products: Products, layers: Layers | null, report: NativeReport) {
    this.products = products;
    this.#layers = layers;
    this.#report = report;
  }

  /** The layers, if they have been found to compute this cell correctly. */
  layersFor(cell: NativeCell): Layers | null {
    if (this.#layers === null) return null;
    let usable = this.#usable.get(cell);
    if (usable === undefined) {
      usable = this.#check(cell, this.#layers);
      this.#usable.set(cell, usable);
    }
    return usable ? this.#layers : null;
  }

  /** Checks what would otherwise be checked when it is first used. */
  checkAll(): void {
    for (const cell of NATIVE_CELLS) this.layersFor(cell);
  }

  /** A call has failed that should not have: this cell is left to the fallback from now on. */
  distrust(cell: NativeCell, error: unknown): void {
    this.#usable.set(cell, false);
    this.#complain(`${cell}: ${messageOf(error)}`);
  }

  #check(cell: NativeCell, layers: Layers): boolean {
    try {
      const error = layerError(layers, cell);
      this.#report.checks[cell] = error;
      if (isClose(error)) return true;
      this.#complain(`${cell}: its results are wrong by ${error.toPrecision(2)}`);
    } catch (error) {
      this.#complain(`${cell}: ${messageOf(error)}`);
    }
    return false;
  }

  #complain(problem: string): void {
    const library = this.#report.libraries.find(({ name }) => name === "oneDNN");
    if (library) library.problem = problem;
  }
}

export interface NativeSupport {
  engine: NativeEngine | null;
  report: NativeReport;
}

let support: NativeSupport | undefined;

/** Asks the machine once. Loading takes some 20 ms, so it waits for the first large call. */
export function nativeSupport(): NativeSupport {
  return (support ??= findSupport());
}

/** The same, looking again. */
export function findSupport(): NativeSupport {
  const report: NativeReport = { koffi: null, libraries: [], checks: {}, problem: null };
  const without = (problem: string) => ({ engine: null, report: { ...report, problem } });
  try {
    report.koffi = startForeignCalls();
  } catch (error) {
    return without(`The package koffi does not work here: ${messageOf(error)}.`);
  }
  if (report.koffi === null) {
    return without(`The package koffi, which calls libraries, is not installed. ${INSTALL_KOFFI}.`);
  }
  const engine = fromOneDnn(report) ?? fromBlas(report);
  if (engine !== null) return { engine, report };
  const tried = report.libraries.map(({ name, path, problem }) => `${name} (${path}): ${problem!}`);
  const found = tried.length === 0 ? "Neither oneDNN nor a BLAS was found" : tried.join("; ");
  return without(`${found}. ${INSTALL_LIBRARY}.`);
}

function fromOneDnn(report: NativeReport): NativeEngine | null {
  const { paths, expected } = candidates("oneDNN");
  for (const path of paths) {
    const entry: LibraryReport = {
      name: "oneDNN",
      path,
      version: null,
      usedFor: [],
      problem: null,
    };
    const engine = tryTo(report, entry, expected, () => {
      const found = new OneDnn(path);
      entry.version = found.version;
      if (!found.isFastHere) throw new Error("it has no fast code for this processor");
      const products = new Products(found.sgemm, found.hasThreads ? found : null);
      checkProducts(report, products);
      return new NativeEngine(products, new NativeLayers(found), report);
    });
    if (engine === null) continue;
    entry.usedFor.push("products", "layers");
    return engine;
  }
  return null;
}

function fromBlas(report: NativeReport): NativeEngine | null {
  const { paths, expected } = candidates("BLAS");
  for (const path of paths) {
    const entry: LibraryReport = { name: "BLAS", path, version: null, usedFor: [], problem: null };
    const engine = tryTo(report, entry, expected, () => {
      const found = new Blas(path);
      entry.name = found.name;
      entry.version = found.version;
      const products = new Products(found.sgemm, null);
      checkProducts(report, products);
      return new NativeEngine(products, null, report);
    });
    if (engine === null) continue;
    entry.usedFor.push("products");
    return engine;
  }
  return null;
}

/** null if it fails. A library that nobody expected is not worth a line in the report. */
function tryTo<T>(
  report: NativeReport,
  entry: LibraryReport,
  expected: boolean,
  open: () => T,
): T | null {
  try {
    const found = open();
    report.libraries.push(entry);
    return found;
  } catch (error) {
    entry.problem = messageOf(error);
    if (expected || !isAbsence(entry.problem)) report.libraries.push(entry);
    return null;
  }
}

function checkProducts(report: NativeReport, products: Products): void {
  const error = productError((call) => products.gemm(call));
  report.checks.product = error;
  if (!isClose(error)) throw new Error(`its products are wrong by ${error.toPrecision(2)}`);
}

function isAbsence(message: string): boolean {
  return /cannot open shared object|no such file|not found|could not be found/i.test(message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
