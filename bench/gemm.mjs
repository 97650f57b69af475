/**
 * @file How close do packed products come to the tile's ceiling, and where do the kernels begin to pay?
 *
 *   node bench/gemm.mjs [relaxed|simd]
 *
 * The first table is the kernel alone, b packed beforehand; the second a product of two arrays as
 * the library asks for it, copies and packing included, against the plain loop.
 */

import { load, measure } from "./load.mjs";

const { startEngine } = await load("packages/library/src/backends/wasm/index.ts");
const { gemm } = await load("packages/library/src/backends/wasm/gemm.ts");
const { plainLoops } = await load("packages/library/src/backends/plain-loops.ts");

const build = process.argv[2] ?? "relaxed";
const engine = startEngine(build);
const { kernels, heap, scratch } = engine;

/** [what, rows, columns, depth, a stored transposed] */
const PRODUCTS = [
  ["in L1: 24 × 64, 256 deep", 24, 64, 256, false],
  ["S2 x·Wᵢᵀ", 1024, 512, 64, false],
  ["S2 h·Wₕᵀ", 16, 512, 128, false],
  ["S2 dG·Wₕ", 16, 128, 512, false],
  ["S2 dGᵀ·h", 512, 128, 1024, true],
  ["S3 x·Wᵢᵀ", 4096, 1024, 128, false],
  ["S3 h·Wₕᵀ", 32, 1024, 256, false],
  ["S3 dG·Wₕ", 32, 256, 1024, false],
  ["S3 dGᵀ·h", 1024, 256, 4096, true],
  ["S4 h·Wₕᵀ", 64, 2048, 512, false],
  ["S4 dGᵀ·h", 2048, 512, 4096, true],
  ["S1 h·Wₕᵀ", 1, 256, 64, false],
  ["S5 h·Wₕᵀ", 1, 512, 128, false],
  ["S6 h·Wₕᵀ", 8, 256, 64, false],
  ["S6 dG·Wₕ", 8, 64, 256, false],
  ["S6 dGᵀ·h", 256, 64, 8000, true],
];

for (const [what, m, n, k, transposed] of PRODUCTS) {
  scratch.begin();
  const a = scratch.floats(m * k);
  const b = scratch.floats(n * k);
  const c = scratch.floats(m * n);
  heap.f32.fill(0.01, a >>> 2, (a >>> 2) + m * k);
  heap.f32.fill(0.01, b >>> 2, (b >>> 2) + n * k);
  const product = transposed ? kernels.gemmTransA : kernels.gemm;
  const lda = (transposed ? m : k) * 4;
  const { best } = measure(() => product(0, m, n, k, a, lda, b, c, n * 4, 0, 0), {
    atLeastMs: 300,
  });
  const gflops = (2 * m * n * k) / best / 1e6;
  console.log(
    `${what.padEnd(26)} ${(best * 1000).toFixed(1).padStart(10)} µs  ${gflops.toFixed(1)} GFLOP/s`,
  );
}

const loops = plainLoops("float32");
// prettier-ignore
const SIZES = [[4, 4, 4], [1, 16, 16], [6, 6, 6], [8, 8, 8], [1, 64, 64], [2, 32, 32], [16, 16, 16], [1, 256, 128], [32, 32, 32], [64, 10, 128], [128, 128, 128]];
for (const [m, n, k] of SIZES) {
  const random = (length) => Float32Array.from({ length }, Math.random);
  const call = { batch: 1, m, n, k, a: random(m * k), b: random(k * n), transB: true, bias: null };
  const fast = measure(() => gemm(engine, call), { atLeastMs: 200 }).best * 1000;
  const plain = measure(() => loops.gemm(call), { atLeastMs: 200 }).best * 1000;
  console.log(
    `${m} × ${n}, ${k} deep = ${m * n * k}`.padEnd(28),
    `kernel ${fast.toFixed(2)} µs, loop ${plain.toFixed(2)} µs`,
  );
}
