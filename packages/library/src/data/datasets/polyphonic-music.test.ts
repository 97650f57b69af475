import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { realData } from "../../../test/support/real-data.ts";
import { parsePianoRolls, PolyphonicMusic } from "./polyphonic-music.ts";

const pieces = [
  [[60, 64, 67], [60], [], [21, 108]],
  [[62], [60, 62]],
];

describe("PolyphonicMusic", () => {
  test("gives what sounds at a step, and what sounds at the next", () => {
    const music = new PolyphonicMusic(pieces);
    expect([music.length, music.numSteps]).toEqual([2, 4]);
    const { input, target } = music.at(0);
    const sounding = (roll: typeof input) =>
      (roll.toArray() as number[][]).map((keys) => keys.flatMap((on, k) => (on ? [k + 21] : [])));
    expect(sounding(input)).toEqual([[60, 64, 67], [60], []]);
    expect(sounding(target)).toEqual([[60], [], [21, 108]]);
  });

  test("no constant answer beats a collection's own frequencies by more than the smoothing", () => {
    const music = new PolyphonicMusic(pieces);
    const entropy = Array.from(music.keyCounts(), (n) => n / 4).reduce(
      (sum, p) => (p === 0 || p === 1 ? sum : sum - p * Math.log(p) - (1 - p) * Math.log(1 - p)),
      0,
    );
    expect(music.frequencyNll(music)).toBeGreaterThan(entropy);
    const often = new PolyphonicMusic(Array.from({ length: 500 }, () => pieces).flat());
    expect(music.frequencyNll(often)).toBeCloseTo(entropy, 1);
  });

  test.each([
    [
      [[[60]]],
      "PolyphonicMusic: piece 0: expected at least two steps, one to read and one to predict, got 1.",
    ],
    [
      [...pieces, [[60], [109]]],
      "piece 2, step 1: expected a list of pitches from 21 to 108, got [109]",
    ],
    [[[[20], [60]]], "piece 0, step 0: expected a list of pitches from 21 to 108, got [20]"],
    [[[[60.5], [60]]], "got [60.5]"],
    [[[60, 62]], "piece 0, step 0: expected a list of pitches from 21 to 108, got 60"],
    [["la"], "piece 0: expected at least two steps, one to read and one to predict, got string"],
  ])("refuses %j", (wrong, message) => {
    expect(() => new PolyphonicMusic(wrong as number[][][])).toThrow(message);
  });

  test("refuses to score nothing", () => {
    const music = new PolyphonicMusic(pieces);
    expect(() => new PolyphonicMusic([]).frequencyNll(music)).toThrow("expected a piece, got none");
  });
});

describe("parsePianoRolls", () => {
  // The figures were computed by another program, with NumPy, from the same files.
  test.for([
    {
      file: "jsb-chorales/jsb-chorales-quarter.json",
      counts: [229, 76, 77],
      steps: [13_578, 4526, 4648],
      nlls: [11.1258, 10.9842, 11.091],
    },
    {
      file: "nottingham/nottingham_pianoroll.json",
      counts: [694, 173, 170],
      steps: [175_867, 45_340, 44_293],
      nlls: [10.0669, 10.0123, 10.2607],
    },
  ])(
    "$file: pieces, steps, and the NLL by key frequencies",
    ({ file, counts, steps, nlls }, context) => {
      const { train, valid, test } = parsePianoRolls(readFileSync(realData(context, file), "utf8"));
      const parts = [train, valid, test];
      expect(parts.map(({ length }) => length)).toEqual(counts);
      expect(parts.map(({ numSteps }) => numSteps)).toEqual(steps);
      parts.forEach((part, i) => expect(part.frequencyNll(train)).toBeCloseTo(nlls[i], 4));
    },
  );

  test.each([
    ["not json", "parsePianoRolls: expected JSON"],
    ["null", "got no train among nothing"],
    [
      '{"train": [], "test": []}',
      "expected lists of pieces as train, valid and test, got no valid among train, test",
    ],
  ])("refuses %s", (json, message) => {
    expect(() => parsePianoRolls(json)).toThrow(message);
  });
});
