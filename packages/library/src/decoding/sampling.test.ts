import { describe, expect, test } from "vitest";
import { RandomGenerator } from "../tensor/random.ts";
import { sampleToken, type SamplingOptions } from "./sampling.ts";

/** softmax: 0.6439, 0.2369, 0.0871, 0.0321 */
const LOGITS = [3, 2, 1, 0];

function frequencies(options: SamplingOptions, draws = 20_000): number[] {
  const generator = new RandomGenerator(3);
  const counts = LOGITS.map(() => 0);
  for (let i = 0; i < draws; i++) counts[sampleToken(LOGITS, { ...options, generator })]++;
  return counts.map((count) => count / draws);
}

/** Four standard errors at 20,000 draws and p = 1/2. */
const NEAR = 4 * Math.sqrt(0.25 / 20_000);

describe("sampleToken", () => {
  test("draws with the probabilities of the softmax", () => {
    [0.6439, 0.2369, 0.0871, 0.0321].forEach((p, id) => {
      expect(Math.abs(frequencies({})[id] - p)).toBeLessThan(NEAR);
    });
  });

  test("a temperature of 2 halves the logits", () => {
    const weights = LOGITS.map((logit) => Math.exp(logit / 2));
    const total = weights.reduce((a, b) => a + b);
    frequencies({ temperature: 2 }).forEach((frequency, id) => {
      expect(Math.abs(frequency - weights[id] / total)).toBeLessThan(NEAR);
    });
  });

  test("temperature 0 always takes the most likely", () => {
    expect(frequencies({ temperature: 0 }, 50)).toEqual([1, 0, 0, 0]);
  });

  test("topK keeps k tokens, and their ratio", () => {
    const [a, b, c, d] = frequencies({ topK: 2 });
    expect([c, d]).toEqual([0, 0]);
    expect(Math.abs(a / b - Math.E)).toBeLessThan(0.15);
  });

  test("topP keeps the fewest tokens that reach it", () => {
    expect(frequencies({ topP: 0.64 }, 200)).toEqual([1, 0, 0, 0]); // 0.6439 reaches 0.64
    const [a, b, c, d] = frequencies({ topP: 0.65 });
    expect([c, d]).toEqual([0, 0]);
    expect(a + b).toBe(1);
  });

  test("minP keeps the tokens that are not far behind the most likely one", () => {
    // Relative to the first: 1, 0.3679, 0.1353, 0.0498.
    const [a, b, c, d] = frequencies({ minP: 0.14 });
    expect([c, d]).toEqual([0, 0]);
    expect(Math.abs(a / b - Math.E)).toBeLessThan(0.15);
    expect(frequencies({ minP: 0.13 })[2]).toBeGreaterThan(0);
    expect(frequencies({ minP: 1 }, 200)).toEqual([1, 0, 0, 0]);
  });

  test("a repetition penalty divides positive logits of what came before, and multiplies negative ones", () => {
    const choose = (logits: number[], previous: number[]) =>
      sampleToken(logits, { temperature: 0, repetitionPenalty: 2, previous });
    expect(choose([3, 2, 1], [])).toBe(0);
    expect(choose([3, 2, 1], [0])).toBe(1); //    1.5 < 2
    expect(choose([3, 2, 1], [0, 0, 1])).toBe(0); // counted once: 1.5, 1, 1
    expect(choose([-1, -1.5, -9], [0])).toBe(1); // −2 < −1.5
  });

  test.each([
    { temperature: -1 },
    { temperature: NaN },
    { topK: 0 },
    { topK: 1.5 },
    { topP: 0 },
    { minP: -0.1 },
    { minP: 1.1 },
    { repetitionPenalty: 0 },
  ])("refuses %o", (options) => {
    expect(() => sampleToken(LOGITS, options)).toThrow(/^sampling: expected/);
  });
});
