import { expect, test } from "vitest";
import { decodeResult, encodeResult, type StoredResult } from "./stored-result.ts";

test("a result comes back from its line: drawn numbers rounded, claims to the last digit", () => {
  const result: StoredResult = {
    id: "3A",
    settings: { seed: 1, rho: 1.123456 },
    date: "2026-11-25",
    findings: {
      progress: 1,
      summary: "Found.",
      plots: [
        {
          kind: "lines",
          title: "",
          x: { label: "t" },
          y: { label: "y" },
          series: [
            {
              name: "a",
              role: "rnn",
              points: [
                [0, 1.23456789],
                [1, Infinity],
                [2, NaN],
              ],
            },
          ],
        },
      ],
      tables: [],
      claims: [{ says: "it holds", observed: 1.23456789, expected: [1, Infinity] }],
    },
  };

  const back = decodeResult(encodeResult(result));

  expect(back.settings).toEqual(result.settings);
  expect(back.findings.claims).toEqual(result.findings.claims);
  expect(back.findings.plots[0]).toMatchObject({
    series: [
      {
        points: [
          [0, 1.235],
          [1, Infinity],
          [2, NaN],
        ],
      },
    ],
  });
});
