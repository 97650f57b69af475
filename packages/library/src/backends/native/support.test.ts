import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nativeEngine } from "../../../test/support/engines.ts";
import { randomCall } from "../../../test/support/engine-calls.ts";
import { plainLoops } from "../plain-loops.ts";
import { LibraryError } from "./foreign.ts";
import { createNativeBackend } from "./index.ts";
import { Products } from "./products.ts";
import type { Layers } from "./recurrent.ts";
import { isClose, layerError, productError } from "./self-check.ts";
import { findSupport, NativeEngine, type NativeReport } from "./support.ts";

const NAMES = ["UNROLLED_ONEDNN", "UNROLLED_BLAS"];
const before = NAMES.map((name) => process.env[name]);
const set = (values: (string | undefined)[]) => {
  NAMES.forEach((name, i) => {
    if (values[i] === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = values[i];
  });
};
beforeEach(() => set([undefined, undefined]));
afterEach(() => set(before));

describe.skipIf(nativeEngine === null)("looking for libraries", () => {
  test("gives an engine that has been checked, and says what it is", () => {
    const { engine, report } = findSupport();
    expect(engine).not.toBeNull();
    expect(report.problem).toBeNull();
    expect(report.koffi).toMatch(/^\d+\.\d+/);
    expect(report.checks.product).toBeLessThan(1e-4);
    expect(report.libraries.at(-1)!.usedFor).toContain("products");
  });

  test("says what to install where there is nothing", () => {
    set(["off", "off"]);
    const { engine, report } = findSupport();
    expect(engine).toBeNull();
    expect(report.problem).toMatch(/Neither oneDNN nor a BLAS was found.*apt install libdnnl/);
  });

  test("names a file that was asked for and is not there", () => {
    set(["/nowhere/libdnnl.so.3", "off"]);
    const { engine, report } = findSupport();
    expect(engine).toBeNull();
    expect(report.problem).toContain("/nowhere/libdnnl.so.3");
  });

  test("refuses a library that is something else", () => {
    if (process.platform !== "linux") return;
    set(["libc.so.6", "libc.so.6"]);
    const { engine, report } = findSupport();
    expect(engine).toBeNull();
    expect(report.libraries.map(({ problem }) => problem)).toEqual([
      expect.stringContaining("dnnl_version"),
      "it is none of OpenBLAS, MKL, BLIS and Accelerate",
    ]);
  });

  test("without oneDNN a BLAS computes the products alone", (context) => {
    set(["off", undefined]);
    const { engine, report } = findSupport();
    if (engine === null) return context.skip(report.problem!);
    expect(report.libraries.at(-1)!.usedFor).toEqual(["products"]);
    expect(isClose(productError((call) => engine.products.gemm(call)))).toBe(true);
    expect(engine.layersFor("lstm")).toBeNull();
    const backend = createNativeBackend(plainLoops("float32"), {
      engine: () => engine,
      everySize: true,
    });
    expect(backend.recurrent(randomCall({ cell: "lstm" })).saved!.engine).toBe("plain");
  });
});

describe("a library that is wrong", () => {
  const emptyReport = (): NativeReport => ({
    koffi: "3",
    libraries: [{ name: "oneDNN", path: "x", version: "3.9.9", usedFor: [], problem: null }],
    checks: {},
    problem: null,
  });
  const noProducts = new Products(() => {}, null);
  const loops = plainLoops("float32");

  test("does not pass: swapped gates, NaN, a gradient that is missing a part", () => {
    const layers: Layers = {
      forward: (call) => loops.recurrent(call),
      backward: (call, saved, grads) => loops.recurrentBackward(call, saved, grads),
    };
    expect(isClose(layerError(layers, "lstm"))).toBe(true);

    const backward: Layers["backward"] = (call, saved, grads) => {
      const all = loops.recurrentBackward(call, saved, grads);
      all.directions[1].biasHh![0] += 0.01;
      return all;
    };
    expect(isClose(layerError({ ...layers, backward }, "gru"))).toBe(false);
    const forward: Layers["forward"] = (call) => {
      const result = loops.recurrent(call);
      result.output[3] = NaN;
      return result;
    };
    expect(isClose(layerError({ ...layers, forward }, "gru"))).toBe(false);
  });

  test("is left alone for that cell, and the report says why", () => {
    const fail = () => {
      throw new LibraryError("dnnl_primitive_create gave status 3");
    };
    const failing: Layers = { forward: fail, backward: fail };
    const report = emptyReport();
    const engine = new NativeEngine(noProducts, failing, report);
    const backend = createNativeBackend(loops, { engine: () => engine, everySize: true });
    const call = randomCall({ cell: "gru" });
    expect(backend.recurrent(call).output).toEqual(loops.recurrent(call).output);
    expect(report.libraries[0].problem).toBe("gru: dnnl_primitive_create gave status 3");
  });
});

test("without libraries the fallback does everything", () => {
  const loops = plainLoops("float32");
  const backend = createNativeBackend(loops, { engine: () => null, everySize: true });
  const call = randomCall({ cell: "lstm", batch: 8, seq: 8, hiddenSize: 64 });
  const { output, saved } = backend.recurrent(call);
  expect(output).toEqual(loops.recurrent(call).output);
  const grads = { output, hN: null, cN: null, needsInput: true };
  expect(backend.recurrentBackward(call, saved!, grads).input).toHaveLength(call.input.length);
});

test("small calls do not make it look for libraries", () => {
  const backend = createNativeBackend(plainLoops("float32"), {
    engine: () => {
      throw new Error("looked");
    },
  });
  const sizes = { batch: 1, seq: 1, inputSize: 64, hiddenSize: 128 };
  expect(() => backend.recurrent(randomCall({ cell: "lstm", ...sizes }))).not.toThrow();
  const large = { batch: 16, seq: 16, inputSize: 32, hiddenSize: 64 };
  expect(() => backend.recurrent(randomCall({ cell: "lstm", ...large }))).toThrow("looked");
});
