import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { Progress, type ProgressOptions } from "./progress.ts";
import { width } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** A terminal that remembers what it was told. */
function recorder({ isLive = false, columns = 100 } = {}) {
  const notes: string[] = [];
  const live: string[] = [];
  const events: unknown[] = [];
  const terminal = {
    isLive,
    columns,
    note: (text = "") => notes.push(text),
    live: (text: string) => live.push(text),
    event: (event: unknown) => events.push(event),
    noteStyle: (_format: unknown, text: string) => text,
  } as unknown as Terminal;
  return { terminal, notes, live, events };
}

const step = (n: number, changes = {}) => ({
  type: "step" as const,
  step: n,
  totalSteps: 4000,
  epoch: 1,
  loss: 1.7123,
  lr: 0.0031,
  gradNorm: 0.4,
  itemsPerSecond: 24_312,
  seconds: 60,
  secondsLeft: 112,
  ...changes,
});

function progressOn(terminal: Terminal, options: Partial<ProgressOptions> = {}) {
  const clock = { ms: 0 };
  const baseline = { name: "5-gram", loss: 1.823 };
  const now = () => clock.ms;
  return { clock, progress: new Progress(terminal, { label: "LSTM", baseline, now, ...options }) };
}

describe("on a terminal", () => {
  test("one line shows step, loss, time left, speed, perplexity and rate", () => {
    const { terminal, live } = recorder({ isLive: true, columns: 120 });
    progressOn(terminal).progress.handle(step(1240));
    expect(live).toEqual([
      "LSTM  ━━━━━━──────────────  1,240/4,000  loss 1.712  1:52 left  24,300 tokens/s  perplexity 5.54  lr 3.1e-3",
    ]);
  });

  test("a narrow screen shows as much as fits on one line, the most important first", () => {
    for (let columns = 20; columns < 130; columns += 7) {
      const { terminal, live } = recorder({ isLive: true, columns });
      progressOn(terminal).progress.handle(step(1240));
      expect(width(live[0])).toBeLessThan(columns);
      if (columns >= 30) expect(stripVTControlCharacters(live[0])).toContain("loss 1.712");
    }
  });

  test("it is drawn ten times a second at most, however fast the steps are", () => {
    const { terminal, live } = recorder({ isLive: true });
    const { progress, clock } = progressOn(terminal);
    for (clock.ms = 0; clock.ms < 1000; clock.ms += 10) progress.handle(step(clock.ms));
    expect(live).toHaveLength(10);
  });
});

describe("elsewhere", () => {
  test("a plain line comes every ten seconds", () => {
    const { terminal, notes } = recorder();
    const { progress, clock } = progressOn(terminal);
    for (clock.ms = 0; clock.ms <= 30_000; clock.ms += 500) progress.handle(step(1));
    expect(notes).toHaveLength(3);
    expect(notes[0]).toMatch(/^LSTM {2}1\/4,000 {2}loss 1\.712 /);
  });
});

test("a validation stays, beside the baseline that it has to beat", () => {
  const { terminal, notes } = recorder();
  const { progress } = progressOn(terminal);
  progress.handle({ type: "validation", step: 400, loss: 1.75, isBest: true, seconds: 61 });
  progress.handle({ type: "validation", step: 800, loss: 1.9, isBest: false, seconds: 122 });
  expect(notes[0]).toMatch(/held-out 1\.750 nats ↓ {2}5-gram 1\.823 \(−0\.073\)$/);
  expect(notes[1]).toMatch(/held-out 1\.900 nats ↑ {2}5-gram 1\.823 \(\+0\.077\)$/);
});

test("what is better the more there is of it is shown as that", () => {
  const { terminal, notes } = recorder();
  const { progress } = progressOn(terminal, {
    items: "reviews",
    baseline: { name: "bag of words", loss: 0.2 },
    measure: {
      value: (loss) => 1 - loss,
      format: (x) => `${Math.round(100 * x)} %`,
      unit: "right",
    },
  });
  progress.handle({ type: "validation", step: 400, loss: 0.15, isBest: true, seconds: 61 });
  progress.handle({ type: "validation", step: 800, loss: 0.25, isBest: false, seconds: 122 });
  expect(notes[0]).toMatch(/held-out 85 % right ↑ {2}bag of words 80 % \(\+5 %\)$/);
  expect(notes[1]).toMatch(/held-out 75 % right ↓ {2}bag of words 80 % \(−5 %\)$/);
});

test("machines get every validation, and a step about once a second, with its context", () => {
  const { terminal, events } = recorder();
  const { progress, clock } = progressOn(terminal, { context: { cell: "gru" } });
  for (clock.ms = 0; clock.ms < 3000; clock.ms += 100) progress.handle(step(1));
  progress.handle({ type: "validation", step: 1, loss: 1, isBest: true, seconds: 1 });
  expect(events).toHaveLength(4);
  for (const event of events) expect(event).toMatchObject({ cell: "gru" });
});
