/**
 * @file Matrix products by the machine's BLAS: OpenBLAS, MKL, BLIS or Accelerate.
 *
 * All have `cblas_sgemm`. They differ in how they are kept to one thread, and a build may expect
 * 64-bit sizes where ours are 32-bit; what can be asked about that is asked before the first call.
 */

import { ForeignLibrary } from "./foreign.ts";
import type { Sgemm } from "./products.ts";

const ROW_MAJOR = 101;
const AS_IT_IS = 111;
const TRANSPOSED = 112;

export class Blas {
  readonly name: string;
  readonly version: string | null;
  readonly sgemm: Sgemm;

  /** Throws, in words for `unrolled doctor`, if this library cannot be used. */
  constructor(path: string) {
    const library = new ForeignLibrary(path);
    const vendor = VENDORS.find(({ mark }) => library.optional(mark, "int", []) !== null);
    if (vendor === undefined) throw new Error("it is none of OpenBLAS, MKL, BLIS and Accelerate");
    library.keepLoaded(); // OpenBLAS starts its threads as soon as it is there
    this.name = vendor.name;
    this.version = vendor.prepare(library);
    const p = "uintptr_t";
    // prettier-ignore
    const sgemm = library.func("cblas_sgemm", "void", ["int", "int", "int", "int", "int", "int", "float", p, "int", p, "int", "float", p, "int"]);
    this.sgemm = (transA, transB, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
      const [opA, opB] = [transA ? TRANSPOSED : AS_IT_IS, transB ? TRANSPOSED : AS_IT_IS];
      sgemm(ROW_MAJOR, opA, opB, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
    };
  }
}

interface Vendor {
  name: string;
  /** A function that nobody else has. */
  mark: string;
  /** One thread, 32-bit sizes; gives the version. */
  prepare(library: ForeignLibrary): string | null;
}

const VENDORS: Vendor[] = [
  {
    name: "OpenBLAS",
    mark: "openblas_set_num_threads",
    prepare(library) {
      const config = String(library.func("openblas_get_config", "str", [])());
      if (config.includes("USE64BITINT")) throw new Error("it was built for 64-bit sizes");
      library.func("openblas_set_num_threads", "void", ["int"])(1);
      return /^OpenBLAS (\S+)/.exec(config)?.[1] ?? null;
    },
  },
  {
    name: "BLIS",
    mark: "bli_thread_set_num_threads",
    prepare(library) {
      const bits = library.func("bli_info_get_blas_int_type_size", "int64_t", [])();
      if (Number(bits) !== 32) throw new Error("it was built for 64-bit sizes");
      library.func("bli_thread_set_num_threads", "void", ["int64_t"])(1);
      return String(library.func("bli_info_get_version_str", "str", [])());
    },
  },
  {
    name: "MKL",
    mark: "MKL_Set_Num_Threads_Local",
    prepare(library) {
      // Sequential, and 32-bit sizes: both before anything else is called.
      library.func("MKL_Set_Threading_Layer", "int", ["int"])(1);
      library.func("MKL_Set_Interface_Layer", "int", ["int"])(0);
      return null;
    },
  },
  {
    name: "Accelerate",
    mark: "vDSP_vadd",
    // Its threads are its own affair; it uses few for products of our sizes.
    prepare: () => null,
  },
];
