/**
 * @file Experiments run here, so that the page stays smooth. One worker serves one figure; it works
 * only as far as it is asked, so a figure that nobody looks at costs nothing.
 */

import { loadExperiment, type Findings } from "./experiments/index.ts";
import type { FromWorker, ToWorker, Values } from "./figure/protocol.ts";

type Respond = (settings: Values) => Findings;

let job = 0;
let steps: AsyncGenerator<Findings, void, void> | null = null;
let respond: Respond | null = null;

const post = (message: FromWorker) => postMessage(message);

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  serve(data).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    post({ type: "failed", job: data.job, message });
  });
});

async function serve(message: ToWorker): Promise<void> {
  switch (message.type) {
    case "run": {
      job = message.job;
      respond = null;
      const experiment = await loadExperiment(message.id);
      steps = experiment.run(message.settings as never, {
        answer: (given) => (respond = given as unknown as Respond),
      });
      return step();
    }
    case "more":
      if (message.job === job) return step();
      return;
    case "answer":
      if (message.job !== job || !respond) return;
      post({ type: "findings", job, findings: respond(message.settings), isLive: true });
  }
}

async function step(): Promise<void> {
  const asked = job;
  const { value: findings } = await steps!.next();
  if (asked !== job) return;
  if (!findings) throw new Error("the experiment ended before it was done");
  if (findings.progress === 1) {
    // What follows the last findings, such as giving back an engine, happens too.
    await steps!.next();
  }
  post({ type: "findings", job, findings, isLive: respond !== null });
}
