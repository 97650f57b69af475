import { expect, test } from "vitest";
import type { BarPlot } from "../../experiments/plot.ts";
import { expectClaims } from "../../experiments/testing.ts";
import { experiment } from "./2f-truncated-bptt.ts";

test("no gradient beyond the window, and reliable learning only within it", async () => {
  await expectClaims(experiment, [1]); // by hand: 1–8
});

test.each(["rnn", "gru", "lstm"])(
  "a %s's gradient ends K steps back, and not before",
  async (cell) => {
    for await (const { plots } of experiment.run({ cell, K: 5, L: 12, seed: 3 }, { answer() {} })) {
      const lengths = (plots[0] as BarPlot).bars.map(({ value }) => value);
      expect(lengths.length).toBe(12);
      expect(lengths.slice(0, 7)).toEqual([0, 0, 0, 0, 0, 0, 0]);
      for (const length of lengths.slice(7)) expect(length).toBeGreaterThan(0);
      break; // the first findings have it; the trainings are another test's
    }
  },
);
