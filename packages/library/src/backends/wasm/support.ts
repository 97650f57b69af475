/**
 * @file Which of the two kernel builds this host can run.
 */

import { enableRelaxedSimd } from "#platform";

export interface WasmSupport {
  /** 128-bit vectors and shared memory: what every kernel needs. */
  simd: boolean;
  /** Fused multiply-add besides. */
  relaxed: boolean;
}

/** (module (func (result v128) body…)) */
function moduleOf(...body: number[]): Uint8Array<ArrayBuffer> {
  const code = [0, ...body, 0x0b]; // no locals, the body, end
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...[1, 5, 1, 0x60, 0, 1, 0x7b], //          types: () → v128
    ...[3, 2, 1, 0], //                         functions: one, of type 0
    ...[10, code.length + 2, 1, code.length, ...code],
  ]);
}

const ZERO = [0x41, 0, 0xfd, 0x11]; // i32.const 0, i32x4.splat
const SIMD_MODULE = moduleOf(...ZERO);
const RELAXED_MODULE = moduleOf(...ZERO, ...ZERO, ...ZERO, 0xfd, 0x85, 0x02); // f32x4.relaxed_madd

let support: WasmSupport | undefined;

/** Asks the host once. */
export function wasmSupport(): WasmSupport {
  if (support === undefined) {
    const simd = hasSharedMemory() && WebAssembly.validate(SIMD_MODULE);
    if (simd) enableRelaxedSimd();
    support = { simd, relaxed: simd && WebAssembly.validate(RELAXED_MODULE) };
  }
  return support;
}

/**
 * A page need not be cross-origin isolated for this: without isolation a shared memory can be made
 * and used, it can only not be sent to a worker.
 */
function hasSharedMemory(): boolean {
  try {
    new WebAssembly.Memory({ initial: 0, maximum: 1, shared: true });
    return true;
  } catch {
    return false;
  }
}
