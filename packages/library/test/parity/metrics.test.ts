import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  normalCdf,
  normalPdf,
  normalQuantile,
  studentTCdf,
  studentTPdf,
} from "../../src/metrics/distributions.ts";
import {
  accuracy,
  bleu,
  characterErrorRate,
  chrf,
  classScores,
  confusionMatrix,
  crpsFromSamples,
  crpsGaussian,
  crpsStudentT,
  dieboldMariano,
  expectedCalibrationError,
  f1,
  intervalCoverage,
  mae,
  mase,
  matthewsCorrelation,
  permutationTest,
  pinballLoss,
  precision,
  recall,
  rmse,
  rocAuc,
  smape,
  tokenize13a,
  wilsonInterval,
  winklerScore,
  wordErrorRate,
  type Average,
  type ErrorRate,
} from "../../src/metrics/index.ts";
import { tensor } from "../../src/tensor/index.ts";

/** Float64 sums in another order, and the polynomials of other libraries. */
const DIGITS = 11;

/** What `scripts/make-metric-fixtures.py` wrote: the head of its functions says what is in a case. */
function load<Kinds>(topic: string): Kinds {
  const url = new URL(`metrics/${topic}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as Kinds;
}

describe("translation scores are sacreBLEU's", () => {
  interface Scored {
    corpus: string;
    options: object;
    signature: string;
  }
  const fixture = load<{
    corpora: { name: string; hypotheses: string[]; references: string[][] }[];
    bleu: (Scored & { expected: Record<string, number | number[]> })[];
    chrf: (Scored & { score: number })[];
    sentences: { hypothesis: string; references: string[]; bleu: number; chrf: number }[];
    tokenize13a: { text: string; tokens: string }[];
  }>("translation");
  const corpus = (name: string) => fixture.corpora.find((it) => it.name === name)!;
  /** The version is that of the program, and so the one part that must differ. */
  const settings = (signature: string) => signature.replace(/\|version:.*/, "");

  test.each(fixture.bleu)("BLEU of $corpus with $options", (scored) => {
    const { hypotheses, references } = corpus(scored.corpus);
    const { signature, ...result } = bleu(hypotheses, references, scored.options);
    expect(settings(signature)).toBe(settings(scored.signature));
    for (const [key, value] of Object.entries(scored.expected)) {
      const actual = [result[key as keyof typeof result]].flat();
      [value].flat().forEach((it, n) => expect(actual[n]).toBeCloseTo(it, DIGITS));
    }
  });

  test.each(fixture.chrf)("chrF of $corpus with $options", (scored) => {
    const { hypotheses, references } = corpus(scored.corpus);
    const { score, signature } = chrf(hypotheses, references, scored.options);
    expect(settings(signature)).toBe(settings(scored.signature));
    expect(score).toBeCloseTo(scored.score, DIGITS);
  });

  test("of single sentences, too", () => {
    expect(fixture.sentences.length).toBeGreaterThan(80);
    for (const { hypothesis, references, ...expected } of fixture.sentences) {
      const { score } = bleu([hypothesis], [references], { effectiveOrder: true });
      expect(score, hypothesis).toBeCloseTo(expected.bleu, DIGITS);
      const plusPlus = chrf([hypothesis], [references], { wordOrder: 2 });
      expect(plusPlus.score, hypothesis).toBeCloseTo(expected.chrf, DIGITS);
    }
  });

  test("and so are the tokens they are computed from", () => {
    for (const { text, tokens } of fixture.tokenize13a) {
      expect(tokenize13a(text).join(" "), JSON.stringify(text)).toBe(tokens);
    }
  });
});

describe("error rates of transcripts are jiwer's", () => {
  interface Errors {
    rate: number;
    edits: number;
    referenceLength: number;
  }
  const { cases } = load<{
    cases: {
      hypotheses: string[];
      references: string[];
      words: Errors;
      plainWords: Errors;
      characters: Errors;
      plainCharacters: Errors;
    }[];
  }>("transcripts");
  const plain = { lowercase: true, removePunctuation: true };

  test.each(cases)("$hypotheses", ({ hypotheses, references, ...expected }) => {
    const check = (actual: ErrorRate, { rate, edits, referenceLength }: Errors) => {
      const { substitutions, deletions, insertions, hits } = actual;
      expect(actual.rate).toBeCloseTo(rate, 14);
      expect(substitutions + deletions + insertions).toBe(edits);
      expect(hits + substitutions + deletions).toBe(referenceLength);
      expect(actual.referenceLength).toBe(referenceLength);
    };
    check(wordErrorRate(hypotheses, references), expected.words);
    check(wordErrorRate(hypotheses, references, plain), expected.plainWords);
    check(characterErrorRate(hypotheses, references), expected.characters);
    check(characterErrorRate(hypotheses, references, plain), expected.plainCharacters);
  });
});

describe("classification scores are scikit-learn's", () => {
  type Averaged = Record<"precision" | "recall" | "f1", number>;
  const fixture = load<{
    labels: {
      numClasses: number;
      predictions: number[];
      targets: number[];
      accuracy: number;
      averages: Partial<Record<Average, Averaged>>;
      classes: (Averaged & { support: number })[];
      confusionMatrix: number[][];
      matthews: number;
    }[];
    ranking: { scores: number[]; targets: number[]; rocAuc: number }[];
    calibration: {
      shape: number[];
      probabilities: number[];
      targets: number[];
      numBins: number;
      error: number;
    }[];
  }>("classification");

  test.each(fixture.labels)("$numClasses classes: $averages", (labels) => {
    const { numClasses, predictions, targets } = labels;
    expect(accuracy(predictions, targets)).toBeCloseTo(labels.accuracy, DIGITS);
    for (const [average, expected] of Object.entries(labels.averages)) {
      const options = { average: average as Average };
      expect(precision(predictions, targets, options)).toBeCloseTo(expected.precision, DIGITS);
      expect(recall(predictions, targets, options)).toBeCloseTo(expected.recall, DIGITS);
      expect(f1(predictions, targets, options)).toBeCloseTo(expected.f1, DIGITS);
    }
    const scores = classScores(predictions, targets, { numClasses });
    scores.forEach((score, k) => {
      const { support, ...expected } = labels.classes[k];
      expect(score.support).toBe(support);
      expect(score.precision).toBeCloseTo(expected.precision, DIGITS);
      expect(score.recall).toBeCloseTo(expected.recall, DIGITS);
      expect(score.f1).toBeCloseTo(expected.f1, DIGITS);
    });
    expect(confusionMatrix(predictions, targets, { numClasses })).toEqual(labels.confusionMatrix);
    expect(matthewsCorrelation(predictions, targets)).toBeCloseTo(labels.matthews, DIGITS);
  });

  test.each(fixture.ranking)("ROC AUC $rocAuc", ({ scores, targets, ...expected }) => {
    expect(rocAuc(scores, targets)).toBeCloseTo(expected.rocAuc, DIGITS);
  });

  test.each(fixture.calibration)("calibration error $error", (it) => {
    const scores = { shape: it.shape, data: it.probabilities };
    const error = expectedCalibrationError(scores, it.targets, { numBins: it.numBins });
    expect(error).toBeCloseTo(it.error, DIGITS);
  });
});

describe("forecast scores are those of scikit-learn, of integrals and of formulas", () => {
  const fixture = load<{
    points: {
      history: number[];
      seasonality: number;
      predictions: number[];
      targets: number[];
      mae: number;
      rmse: number;
      smape: number;
      mase: number;
      pinball: { quantile: number; loss: number }[];
    }[];
    intervals: {
      lower: number[];
      upper: number[];
      targets: number[];
      confidence: number;
      coverage: number;
      winkler: number;
    }[];
    gaussian: { mean: number; std: number; target: number; crps: number }[];
    studentT: { df: number; location: number; scale: number; target: number; crps: number }[];
    samples: {
      shape: number[];
      samples: number[];
      targets: number[];
      crps: number;
      fair?: number;
    }[];
  }>("forecasts");

  test.each(fixture.points)("points: MAE $mae", ({ predictions, targets, ...it }) => {
    expect(mae(predictions, targets)).toBeCloseTo(it.mae, DIGITS);
    expect(rmse(predictions, targets)).toBeCloseTo(it.rmse, DIGITS);
    expect(smape(predictions, targets)).toBeCloseTo(it.smape, DIGITS);
    expect(mase(predictions, targets, it)).toBeCloseTo(it.mase, DIGITS);
    for (const { quantile, loss } of it.pinball) {
      expect(pinballLoss(predictions, targets, { quantile })).toBeCloseTo(loss, DIGITS);
    }
  });

  test.each(fixture.intervals)(
    "intervals: Winkler $winkler",
    ({ lower, upper, targets, ...it }) => {
      expect(intervalCoverage(lower, upper, targets)).toBeCloseTo(it.coverage, DIGITS);
      expect(winklerScore(lower, upper, targets, it)).toBeCloseTo(it.winkler, DIGITS);
    },
  );

  test.each(fixture.gaussian)("CRPS of a normal distribution: $crps", (it) => {
    expect(crpsGaussian([it.mean], [it.std], [it.target])).toBeCloseTo(it.crps, 9);
  });

  test.each(fixture.studentT)("CRPS of a t distribution with $df degrees: $crps", (it) => {
    const { df, location, scale, target, crps } = it;
    expect(crpsStudentT([location], [scale], [target], { df })).toBeCloseTo(crps, 8);
  });

  test.each(fixture.samples)("CRPS of samples: $crps", ({ shape, samples, targets, ...it }) => {
    const forecast = { shape, data: samples };
    expect(crpsFromSamples(forecast, targets)).toBeCloseTo(it.crps, DIGITS);
    if (it.fair === undefined) return;
    expect(crpsFromSamples(forecast, targets, { fair: true })).toBeCloseTo(it.fair, DIGITS);
  });

  test("float32 tensors give the same but for their rounding", () => {
    const { predictions, targets, ...it } = fixture.points[2];
    expect(rmse(tensor(predictions), tensor(targets))).toBeCloseTo(it.rmse, 4);
    const { samples, shape, ...forecast } = fixture.samples[2];
    const crps = crpsFromSamples(tensor(samples, { shape }), tensor(forecast.targets));
    expect(crps).toBeCloseTo(forecast.crps, 5);
  });
});

describe("statistics are SciPy's", () => {
  const fixture = load<{
    normal: { z: number; pdf: number; cdf: number }[];
    quantiles: { p: number; z: number }[];
    studentT: { t: number; df: number; pdf: number; cdf: number }[];
    wilson: {
      successes: number;
      trials: number;
      confidence: number;
      low: number;
      high: number;
    }[];
    permutation: { a: number[]; b: number[]; statistic: number; pValue: number }[];
    dieboldMariano: {
      lossesA: number[];
      lossesB: number[];
      horizon: number;
      statistic: number;
      pValue: number;
    }[];
  }>("statistics");

  test("the normal distribution to 1e-14, its quantiles to 1e-12", () => {
    for (const { z, pdf, cdf } of fixture.normal) {
      expect(normalPdf(z)).toBeCloseTo(pdf, 14);
      expect(normalCdf(z)).toBeCloseTo(cdf, 14);
    }
    for (const { p, z } of fixture.quantiles) expect(normalQuantile(p)).toBeCloseTo(z, 12);
  });

  test("Student's t distribution to 1e-11", () => {
    for (const { t, df, pdf, cdf } of fixture.studentT) {
      expect(studentTPdf(t, df), `pdf(${t}; ${df})`).toBeCloseTo(pdf, 11);
      expect(studentTCdf(t, df), `cdf(${t}; ${df})`).toBeCloseTo(cdf, 11);
    }
  });

  test.each(fixture.wilson)("Wilson's interval of $successes in $trials", (it) => {
    const { low, high } = wilsonInterval(it.successes, it.trials, it);
    expect(low).toBeCloseTo(it.low, 12);
    expect(high).toBeCloseTo(it.high, 12);
  });

  test.each(fixture.permutation)("the exact permutation test: $pValue", ({ a, b, ...it }) => {
    const { statistic, pValue } = permutationTest(a, b);
    expect(statistic).toBeCloseTo(it.statistic, 12);
    expect(pValue).toBe(it.pValue);
  });

  test.each(fixture.dieboldMariano)("the Diebold-Mariano test: $pValue", (it) => {
    const { statistic, pValue } = dieboldMariano(it.lossesA, it.lossesB, it);
    expect(statistic).toBeCloseTo(it.statistic, DIGITS);
    expect(pValue).toBeCloseTo(it.pValue, DIGITS);
  });
});
