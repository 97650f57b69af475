/**
 * @file jax-js on its WebAssembly backend, as a measured process.
 */

import { serve } from "../serve.mjs";
import { prepare, version } from "./recurrent.mjs";

await serve({ version, prepare });
