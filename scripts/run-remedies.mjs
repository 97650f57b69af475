/**
 * @file `npm run remedies [-- <name>…]`: measures what helps a recurrent network to remember, and
 * writes docs/results/remedies.md.
 */

import { join } from "node:path";
import { runTypeScript } from "./run-typescript.mjs";
import { ROOT } from "./setup.mjs";

await runTypeScript(join(ROOT, "reproduce", "remedies.ts"), process.argv.slice(2));
