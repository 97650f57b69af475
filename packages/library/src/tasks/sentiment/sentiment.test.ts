import { describe, expect, test } from "vitest";
import { RandomGenerator, tensor } from "unrolled";
import {
  accuracyDifference,
  classifyTexts,
  evaluateSentiment,
  evaluationOf,
  examplesFor,
  explainText,
  loadSentimentModel,
  majorityBaseline,
  prepareSentiment,
  readVectors,
  saveSentimentModel,
  sentimentConfig,
  splitFold,
  splitTexts,
  trainSentiment,
  tunedBag,
  type LabelledText,
  type SentimentConfig,
} from "./index.ts";

const SMALL: Partial<SentimentConfig> = {
  embeddingDim: 12,
  letterNgrams: 200,
  hiddenSize: 12,
  batchTokens: 150,
  lr: 1e-2,
  minFrequency: 1,
};

/** "not" turns the word behind it: a bag of words cannot know which of two it turned. */
function negations(count: number): LabelledText[] {
  const generator = new RandomGenerator(1);
  const pick = (from: readonly string[]) => from[generator.integer(from.length)];
  return Array.from({ length: count }, () => {
    const [isGood, isTurned, isOtherTurned] = [0, 1, 2].map(() => generator.integer(2) === 1);
    const film = `${isTurned ? "not " : ""}${isGood ? pick(["good", "funny"]) : pick(["bad", "dull"])}`;
    const plot = `${isOtherTurned ? "not " : ""}${pick(["good", "funny", "bad", "dull"])}`;
    const text = `the film is ${film} and the plot is ${plot}`;
    return { text, label: isGood === isTurned ? "neg" : "pos" };
  });
}

const ended = (rows: readonly LabelledText[], end: string) =>
  rows.map((row) => ({ ...row, text: row.text + end }));

describe("the sentiment task", () => {
  test("a network learns whose word “not” turns, which a bag of words cannot", async () => {
    const config = sentimentConfig({
      ...SMALL,
      embeddingDropout: 0,
      dropout: 0.1,
      validation: 0.2,
      test: 0.2,
    });
    // 256 different sentences at most, so that held-out ones are new.
    const data = prepareSentiment(splitTexts(negations(400), config), config);
    const { bag, baseline } = tunedBag(data, config);
    const { model } = await trainSentiment(data, config, { budget: { epochs: 40 }, bag });
    const evaluation = evaluateSentiment(model, data.test);
    const ofBag = evaluationOf(baseline.logits(data.test), data.test, model);

    expect(evaluation.accuracy).toBeGreaterThan(0.95);
    expect(ofBag.accuracy).toBeLessThan(0.9);
    const targets = data.test.map(({ target }) => target);
    expect(accuracyDifference(evaluation.answers, ofBag.answers, targets).estimate).toBeGreaterThan(
      0.05,
    );

    const [answer] = classifyTexts(model, ["the film is not bad and the plot is dull"]);
    expect(answer.label).toBe("pos");
    expect(answer.probabilities.pos + answer.probabilities.neg).toBeCloseTo(1, 10);
    const effects = explainText(model, "the film is not bad and the plot is dull");
    expect(effects.map(({ token }) => token).slice(0, 5)).toEqual([
      "the",
      "film",
      "is",
      "not",
      "bad",
    ]);
    const strongest = effects.reduce((a, b) => (b.effect > a.effect ? b : a));
    expect(["not", "bad"]).toContain(strongest.token);

    const files = saveSentimentModel(model);
    const again = loadSentimentModel((name) => files[name]);
    expect(evaluateSentiment(again, data.test)).toEqual(evaluation);
  });

  test.each(["last", "mean", "max", "max+mean", "attention"] as const)(
    "pooling by %s learns eight texts by heart, and padding changes nothing",
    async (pooling) => {
      const config = sentimentConfig({
        ...SMALL,
        pooling,
        embeddingDim: 24,
        hiddenSize: 24,
        lr: 2e-2,
        labelSmoothing: 0,
        bag: false,
        dropout: 0,
        embeddingDropout: 0,
        wordDropout: 0,
      });
      const rows = ["a", "b", "c", "d"].flatMap((word, i) => [
        { text: word, label: String(i % 3) },
        { text: `${word} x x`, label: String((i + 1) % 3) },
      ]);
      const data = prepareSentiment(
        {
          train: [...rows, ...ended(rows, " .")],
          validation: ended(rows, " . ."),
          test: [],
        },
        config,
      );
      const { model } = await trainSentiment(data, config, { budget: { steps: 450 } });
      const texts = rows.map(({ text }) => text);
      const together = classifyTexts(model, texts);
      expect(together.map(({ label }) => label)).toEqual(rows.map(({ label }) => label));
      texts.forEach((text, i) => {
        expect(classifyTexts(model, [text])[0].probability).toBeCloseTo(together[i].probability, 5);
      });
    },
  );

  test("an interrupted run that goes on equals one that was not, bit for bit", async () => {
    const config = sentimentConfig({ ...SMALL, bag: false });
    const data = prepareSentiment(splitTexts(negations(60), config), config);
    const whole = await trainSentiment(data, config, { budget: { steps: 12 } });
    const stop = new AbortController();
    let checkpoint: Uint8Array | undefined;
    await trainSentiment(data, config, {
      budget: { steps: 12 },
      signal: stop.signal,
      checkpoint: { everySeconds: 1e9, save: (bytes) => (checkpoint = bytes) },
      onEvent: (event) => {
        if (event.type === "step" && event.step === 7) stop.abort();
      },
    });
    const resumed = await trainSentiment(data, config, {
      budget: { steps: 12 },
      resume: checkpoint,
    });
    expect(saveSentimentModel(resumed.model)).toEqual(saveSentimentModel(whole.model));
  });
});

describe("the parts share nothing", () => {
  const config = sentimentConfig();
  const rows = negations(100);

  test("no held-out text is in a part before, and folds cover every text once", () => {
    const parts = splitTexts(rows, config);
    const keys = (part: readonly LabelledText[]) =>
      new Set(part.map(({ text, label }) => `${label} ${text}`));
    const [train, validation, held] = [parts.train, parts.validation, parts.test].map(keys);
    for (const key of validation) expect(train.has(key)).toBe(false);
    for (const key of held) expect(train.has(key) || validation.has(key)).toBe(false);
    const folds = Array.from(
      { length: 5 },
      (_, i) => splitFold(rows, i + 1, 5, config).test.length,
    );
    expect(folds.reduce((a, b) => a + b)).toBe(rows.length);
  });

  test("repeated, empty and unknown ones are left out and counted; a held-out phrase is not learned", () => {
    const train = [
      {
        text: "good film",
        label: "pos",
        parts: [
          { text: "a Bore", label: "neg" },
          { text: "fine", label: "pos" },
        ],
      },
      { text: "bad film", label: "neg" },
      { text: "bad film", label: "neg" },
      { text: "  ", label: "neg" },
      { text: "so so", label: "pos" },
    ];
    const validation = [
      { text: "Good  film", label: "pos" },
      { text: "hm", label: "odd" },
    ];
    const held = [
      { text: "A bore", label: "neg" },
      { text: "", label: "pos" },
    ];
    const data = prepareSentiment({ train, validation, test: held }, config);
    expect(data.leftOut).toEqual({
      empty: { train: 1, validation: 0, test: 1 },
      repeated: { validation: 1, test: 0 },
      unknownLabels: { odd: 1 },
    });
    expect(Array.from(data.train, ({ tokens }) => tokens.join(" "))).toEqual([
      "good film",
      "bad film",
      "bad film",
      "so so",
      "fine",
    ]);
  });

  test("a middle text is learned from if there are grades; where held out with a label, it is not", () => {
    const graded = (text: string, grade: string) => ({
      text,
      grade,
      label: Number(grade) < 3 ? "neg" : "pos",
    });
    const train = [
      { ...graded("awful film", "1"), parts: [{ text: "the film", grade: "3" }] },
      graded("dull film", "2"),
      graded("nice film", "4"),
      graded("great film", "5"),
    ];
    const middle = [
      { text: "so so", grade: "3", parts: [{ text: "so", grade: "3" }, graded("fine", "4")] },
      { text: "a film", grade: "3" },
    ];
    const validation = [{ text: "A film", label: "pos" }];
    const data = prepareSentiment({ train, middle, validation, test: [] }, config);
    expect(data.labels).toEqual(["neg", "pos"]);
    expect(data.grades).toEqual({ names: ["1", "2", "3", "4", "5"], labels: [0, 0, -1, 1, 1] });
    expect(
      Array.from(data.train, ({ tokens, target, grade }) => [tokens.join(" "), target, grade]),
    ).toEqual([
      ["awful film", 0, 0],
      ["dull film", 0, 1],
      ["nice film", 1, 3],
      ["great film", 1, 4],
      ["fine", 1, 3],
    ]);
    expect(Array.from(data.middle, ({ tokens }) => tokens.join(" "))).toEqual([
      "so so",
      "the film",
      "so",
    ]);

    const some = prepareSentiment(
      { train: [...train, rows[0]], middle, validation, test: [] },
      config,
    );
    expect([some.grades, some.middle.length]).toEqual([null, 0]);
  });

  test.each([
    [rows.slice(0, 3), /at least 12 labelled texts.*got 3/],
    [rows.map((row) => ({ ...row, label: "pos" })), /two classes at least, got only "pos"/],
    [
      rows.map((row, i) => ({ ...row, label: `${i / 7}` })),
      /several texts each, got \d+ different labels/,
    ],
  ])("what cannot be learned from is refused", (given, message) => {
    expect(() => prepareSentiment(splitTexts(given, config), config)).toThrow(message);
  });
});

test("of a model with grades a label is as probable as its grades together", async () => {
  const config = sentimentConfig({ ...SMALL, bag: false });
  const labels = ["neg", "pos"];
  const rows = ["awful", "dull", "so so", "fine", "great"].flatMap((word, i) =>
    ["film", "plot", "cast"].map((what) => ({ text: `${word} ${what}`, grade: String(i) })),
  );
  const sided = rows.flatMap((row) =>
    row.grade === "2" ? [] : [{ ...row, label: labels[Number(Number(row.grade) > 2)] }],
  );
  const middle = rows.filter(({ grade }) => grade === "2");
  const validation = [...sided, ...sided].map((row) => ({ ...row, text: `${row.text} here` }));
  const data = prepareSentiment({ train: sided, middle, validation, test: [] }, config);
  const { model } = await trainSentiment(data, config, { budget: { steps: 60 } });
  const ids = tensor([[...data.train.at(0)!.ids]], { dtype: "int32" });
  const p = model.scores(ids).softmax(-1).data;
  const [neg, pos] = model.forward(ids).data;
  expect(Math.exp(neg)).toBeCloseTo(p[0] + p[1], 5);
  expect(Math.exp(pos)).toBeCloseTo(p[3] + p[4], 5);
  expect(classifyTexts(model, ["awful film", "great plot"]).map(({ label }) => label)).toEqual(
    labels,
  );

  const files = saveSentimentModel(model);
  const again = loadSentimentModel((name) => files[name]);
  expect(evaluateSentiment(again, data.validation)).toEqual(
    evaluateSentiment(model, data.validation),
  );
  const json = JSON.parse(new TextDecoder().decode(files["config.json"])) as { grades: object };
  json.grades = { names: ["1", "2"], labels: [0] };
  const broken: typeof files = {
    ...files,
    "config.json": new TextEncoder().encode(JSON.stringify(json)),
  };
  expect(() => loadSentimentModel((name) => broken[name])).toThrow(
    /expected grades.labels to have a number below 2 for each of 2 grades, got \[0\]/,
  );
});

test("the majority is as often right as its class is frequent", () => {
  const config = sentimentConfig();
  const rows = Array.from({ length: 40 }, (_, i) => ({
    text: `text ${i}`,
    label: i % 4 ? "a" : "b",
  }));
  const data = prepareSentiment(splitTexts(rows, config), config);
  const { accuracy } = evaluationOf(majorityBaseline(data).logits(data.test), data.test, {
    labels: data.labels,
    config,
    positive: 1,
  });
  expect(accuracy).toBe(0.75);
});

test("texts of a thousand words, one word of a thousand letters, emoji and other scripts get an answer", async () => {
  const config = sentimentConfig({ ...SMALL, maxTokens: 20, bag: false });
  const data = prepareSentiment(splitTexts(negations(40), config), config);
  const { model } = await trainSentiment(data, config, { budget: { steps: 2 } });
  const odd = [
    "good ".repeat(1000),
    "x".repeat(1000),
    "👩‍👩‍👧 ❤️",
    "סרט טוב מאוד",
    "非常好",
    "e\u0301te\u0301",
  ];
  expect(classifyTexts(model, odd).map(({ tokens }) => tokens)).toEqual([1000, 1, 2, 3, 3, 1]);
  expect(explainText(model, odd[0])).toHaveLength(1000);
  expect(() => classifyTexts(model, ["fine", " "])).toThrow(
    /a text with words, got " " at place 1/,
  );
  expect(examplesFor(model, [{ text: "good", label: "nobody's" }])).toEqual([]);
});

describe("word vectors", () => {
  const encode = (text: string) => new TextEncoder().encode(text);

  test("take the place of what the network begins with", async () => {
    const config = sentimentConfig({ ...SMALL, embeddingDim: 2, bag: false });
    const data = prepareSentiment(splitTexts(negations(40), config), config);
    const vectors = readVectors(encode("good 0.5 -0.25\nbad 1 2\n"), "v.txt", new Set(["good"]));
    const { model } = await trainSentiment(
      data,
      { ...config, lr: 1e-30, weightDecay: 0 },
      { budget: { steps: 1 }, vectors },
    );
    const row = model.vocabulary.id("good");
    expect(model.embedding.weight.toArray()[row as never]).toEqual([0.5, -0.25]);
  });

  test.each([
    ["", /got an empty file/],
    ["a 1 2\nb 1\n", /v\.txt, line 2: expected a word and 2 numbers/],
    ["just words here\n", /line 1: expected a word and 2 numbers, got "just" and 2/],
  ])("%j is refused", (text, message) => {
    expect(() => readVectors(encode(text), "v.txt", new Set(["b"]))).toThrow(message);
  });
});
