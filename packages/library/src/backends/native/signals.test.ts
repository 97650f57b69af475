import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { nativeEngine } from "../../../test/support/engines.ts";

const ROOT = fileURLToPath(new URL("../../../../../", import.meta.url));

/** Trains for a second, with a handler for the signal that a terminal sends when it is resized. */
const PROGRAM = `
  import { nn, randn, useEngine } from "unrolled";
  process.on("SIGWINCH", () => {});
  useEngine("native");
  const lstm = new nn.LSTM(128, 256);
  const x = randn([64, 32, 128]);
  console.log("ready");
  for (const end = performance.now() + 1000; performance.now() < end; ) {
    const [y] = lstm.forward(x);
    y.backward(y.detach());
    await new Promise(setImmediate);
  }
  console.log("done");
`;

test.skipIf(!nativeEngine || process.platform === "win32")(
  "signals that arrive inside the library do no harm",
  async () => {
    const child = spawn(
      process.execPath,
      // prettier-ignore
      ["--conditions=unrolled-source", "--import", "./scripts/typescript.mjs", "--input-type=module", "--eval", PROGRAM],
      { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] },
    );
    let printed = "";
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on("data", (text: Buffer) => {
      printed += text.toString();
      timer ??= setInterval(() => child.kill("SIGWINCH"), 2);
    });
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.on("exit", (...how) => resolve(how)),
    );
    clearInterval(timer);
    expect([code, signal, printed]).toEqual([0, null, "ready\ndone\n"]);
  },
);
