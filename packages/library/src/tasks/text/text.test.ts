import { describe, expect, test } from "vitest";
import { CELL_NAMES, manualSeed, type Budget, type nn } from "unrolled";
import {
  configOfSize,
  decodeText,
  entropyRate,
  evaluateText,
  generateCorpus,
  generateText,
  loadTextModel,
  prepareText,
  saveTextModel,
  TEXT_SIZES,
  textBaselines,
  textConfig,
  TextModel,
  passesIn,
  textSizeFor,
  usualDropouts,
  trainText,
  type TextConfig,
  type TextData,
} from "./index.ts";

const RHYME = "one two three four five, once I caught a fish alive. ".repeat(40);

const SMALL: Partial<TextConfig> = {
  embeddingDim: 12,
  hiddenSize: 40,
  batchSize: 4,
  seqLength: 30,
  lr: 1e-2,
  dropout: 0,
  warmupSteps: 10,
};

function small(changes: Partial<TextConfig> = {}): TextConfig {
  return textConfig({ ...SMALL, ...changes });
}

describe("the text task", () => {
  test.each(["rnn", "lstm", "gru"] as const)("a %s learns a rhyme by heart", async (cell) => {
    const config = small({ cell });
    const data = prepareText(RHYME, config);
    const { model, evaluation } = await trainText(data, config, { budget: { steps: 300 } });

    expect(evaluation.natsPerCharacter).toBeLessThan(0.05);
    const text = [...generateText(model, { prompt: "one two th", length: 42, temperature: 0 })];
    expect(text.join("")).toBe("ree four five, once I caught a fish alive.");
  });

  test.each(["word", "bpe"] as const)(
    "%s tokens are learned too, and written back",
    async (tokens) => {
      const config = small({ tokens, vocabSize: 300, seqLength: 10 });
      const data = prepareText(RHYME, config);
      const { model } = await trainText(data, config, { budget: { steps: 200 } });
      const text = [
        ...generateText(model, { prompt: ", once I", length: 12, temperature: 0 }),
      ].join("");
      expect(text).toMatch(/^ caught a fish alive\. one two/);
    },
  );

  test("a run that was interrupted and resumed equals one that was not, bit for bit", async () => {
    const config = small({ cell: "lstm", dropout: 0.2, numLayers: 2 });
    const data = prepareText(RHYME, config);
    const whole = await trainText(data, config, { budget: { steps: 30 } });

    const stop = new AbortController();
    let checkpoint: Uint8Array | undefined;
    await trainText(data, config, {
      budget: { steps: 30 },
      signal: stop.signal,
      checkpoint: { everySeconds: 1e9, save: (bytes) => (checkpoint = bytes) },
      onEvent: (event) => {
        if (event.type === "step" && event.step === 17) stop.abort();
      },
    });
    manualSeed(999); // Whatever happens in between must not matter.
    const resumed = await trainText(data, config, { budget: { steps: 30 }, resume: checkpoint });

    expect(resumed.fit.steps).toBe(30);
    expect(saveTextModel(resumed.model)).toEqual(saveTextModel(whole.model));
    expect(resumed.fit.history.map((line) => line.validationLoss)).toEqual(
      whole.fit.history.map((line) => line.validationLoss),
    );
  });

  test("the score is the mean of −ln p over all tokens but the first, however they are cut", () => {
    const config = small();
    manualSeed(3);
    const data = prepareText(RHYME, config);
    const model = loadTextModel(reader(saveTextModel(untrained(config, data))));
    // Long enough for parallel streams, with a remainder.
    const ids = Int32Array.from({ length: 16 * 128 + 100 }, (_, i) => data.trainIds[i % 1500]);
    const whole = evaluateText(model, ids);
    expect(whole.tokens).toBe(ids.length - 1);
    expect(whole.perplexity).toBeCloseTo(Math.exp(whole.natsPerToken), 10);
    expect(whole.bitsPerCharacter).toBeCloseTo(whole.natsPerCharacter / Math.LN2, 10);
    // An untrained model is near the uniform distribution.
    expect(Math.abs(whole.natsPerToken - Math.log(data.tokenizer.vocabSize))).toBeLessThan(0.3);
  });

  test("an emoji is one character, and so is a letter of a combination", () => {
    const text = "🐌é 東京 שלום e\u0301 ".repeat(30);
    const data = prepareText(text, small({ validation: 0.5 }));
    expect(data.validationIds.length).toBe(data.validationCharacters);
    expect(data.trainCharacters + data.validationCharacters).toBe(Array.from(text).length);
    const { tokens, characters } = evaluateText(untrained(small(), data), data.validationIds);
    expect(characters).toBe(tokens);
  });

  test("a test part lies behind the validation part, and measures in its place", async () => {
    const config = small({ validation: 0.1, test: 0.2 });
    const data = prepareText(RHYME, config);
    const { tokenizer, trainIds, validationIds, test } = data;
    const parts = [trainIds, validationIds, test!.ids].map((ids) => tokenizer.decode(ids));
    expect(parts.join("")).toBe(RHYME);
    expect(parts[1].length / RHYME.length).toBeCloseTo(0.1, 2);
    expect(parts[2].length / RHYME.length).toBeCloseTo(0.2, 2);

    const { model, evaluation } = await trainText(data, config, { budget: { steps: 2 } });
    expect(evaluation).toEqual(evaluateText(model, test!.ids, test!.characters));
    const [uniform] = textBaselines(data, { orders: [0] });
    expect(uniform.tokens).toBe(test!.ids.length - 1);
    expect(() => textConfig({ validation: 0.5, test: 0.5 })).toThrow(/test to be below 1 with/);
  });

  test("a saved model reads back as the same model", () => {
    const config = small({ cell: "gru", numLayers: 2 });
    const data = prepareText(RHYME, config);
    const model = untrained(config, data);
    const again = loadTextModel(reader(saveTextModel(model)));
    expect(evaluateText(again, data.validationIds)).toEqual(
      evaluateText(model, data.validationIds),
    );
    expect([...generateText(again, { seed: 4 })]).toEqual([...generateText(model, { seed: 4 })]);
  });

  test("in 300 steps it is better than a 5-gram on a text from a grammar, and near its entropy", async () => {
    const { text } = generateCorpus({ characters: 100_000, seed: 1 });
    const config = textConfig({
      ...{ embeddingDim: 24, hiddenSize: 96, seqLength: 48, stretch: 480 },
      ...{ dropout: 0, warmupSteps: 40 },
    });
    const data = prepareText(text, config);
    const { evaluation } = await trainText(data, config, { budget: { steps: 300 } });
    const [fiveGram] = textBaselines(data, { orders: [5] });
    expect(evaluation.natsPerCharacter).toBeLessThan(fiveGram.natsPerCharacter - 0.02);
    expect(evaluation.natsPerCharacter).toBeLessThan(entropyRate() + 0.09);
  });

  test.each(["small", "medium", "large"] as const)("the size %s is a configuration", (size) => {
    expect(textConfig(configOfSize(size))).toEqual(configOfSize(size));
    expect(textSizeFor(TEXT_SIZES[size].minutes)).toBe(size);
    for (const cell of CELL_NAMES) textConfig(configOfSize(size, cell));
  });

  test("a short text, which is read more often, is learned with more dropout", () => {
    const config = configOfSize("small");
    const dropoutAfter = (budget: Budget, numTokens: number) =>
      usualDropouts("small", passesIn(budget, "small", numTokens, config)).dropout;
    expect(dropoutAfter({ minutes: 3 }, 1e6)).toBe(0.15);
    expect(dropoutAfter({ minutes: 3 }, 3e5)).toBe(0.3);
    expect(dropoutAfter({ steps: 2000 }, 3e5)).toBe(0.15);
    expect(dropoutAfter({ steps: 7700 }, 3e5)).toBe(0.3);
    expect(dropoutAfter({ epochs: 20 }, 1e9)).toBe(0.3);
    for (const cell of CELL_NAMES) textConfig({ cell, ...usualDropouts("small", 100, cell) });
  });

  test.each([
    { tieWeights: true },
    { tieWeights: true, embeddingDim: 40 },
    { numLayers: 2, dropout: 0.2, inputDropout: 0.1, embeddingDropout: 0.1, weightDropout: 0.2 },
  ])("learns, and reads back, with %o", async (changes) => {
    const config = small(changes);
    const data = prepareText(RHYME, config);
    const { model, evaluation } = await trainText(data, config, { budget: { steps: 300 } });
    expect(evaluation.natsPerCharacter).toBeLessThan(0.4); // chance: 3.2
    const again = loadTextModel(reader(saveTextModel(model)));
    expect(evaluateText(again, data.validationIds).natsPerCharacter).toBeCloseTo(
      evaluation.natsPerCharacter,
      10,
    );
    // Dropouts are the identity in evaluation mode, and in training they are not.
    const loss = () => evaluateText(model, data.validationIds).natsPerToken;
    expect(loss()).toBe(loss());
  });

  test("tied weights are one parameter, whatever the sizes", () => {
    const data = prepareText(RHYME, small());
    const same = untrained(small({ tieWeights: true, embeddingDim: 40 }), data);
    const other = untrained(small({ tieWeights: true, embeddingDim: 12 }), data);
    for (const model of [same, other]) {
      expect(model.head.weight).toBe((model.embedding as nn.Embedding).weight);
    }
    expect(same.projection).toBeNull();
    expect(other.projection).toMatchObject({ inFeatures: 40, outFeatures: 12 });
    const plain = untrained(small({ embeddingDim: 40 }), data);
    expect(plain.numParameters() - same.numParameters()).toBe(40 * data.tokenizer.vocabSize);
  });

  test("a model directory of the first release still loads", () => {
    const config = small({ numLayers: 2 });
    const data = prepareText(RHYME, config);
    const model = untrained(config, data);
    const files = saveTextModel(model);
    const json = JSON.parse(new TextDecoder().decode(files["config.json"]));
    // It knew these settings alone.
    const known =
      "cell tokens vocabSize embeddingDim hiddenSize numLayers gateBias dropout batchSize seqLength stateReset lr weightDecay warmupSteps clipNorm validation seed";
    json.config = Object.fromEntries(known.split(" ").map((key) => [key, json.config[key]]));
    files["config.json"] = new TextEncoder().encode(JSON.stringify(json));
    expect(json.formatVersion).toBe(1);
    expect(Object.keys(model.stateDict())).toEqual([
      "embedding.weight",
      ...["ih_l0", "hh_l0"].map((it) => `recurrent.weight_${it}`),
      ...["ih_l0", "hh_l0"].map((it) => `recurrent.bias_${it}`),
      ...["ih_l1", "hh_l1"].map((it) => `recurrent.weight_${it}`),
      ...["ih_l1", "hh_l1"].map((it) => `recurrent.bias_${it}`),
      "head.weight",
      "head.bias",
    ]);
    const again = loadTextModel(reader(files));
    expect(evaluateText(again, data.validationIds)).toEqual(
      evaluateText(model, data.validationIds),
    );
  });

  test("generation ends before the stop text, even if it comes in pieces", async () => {
    const config = small();
    const { model } = await trainText(prepareText(RHYME, config), config, {
      budget: { steps: 300 },
    });
    const options = { prompt: "one two", temperature: 0, length: 200, stop: "five" };
    expect([...generateText(model, options)].join("")).toBe(" three four ");
  });
});

describe("bad input gets one clear sentence", () => {
  const encode = (text: string) => new TextEncoder().encode(text);

  test.each([
    ["an empty file", new Uint8Array(0), /a\.txt: expected text, got an empty file/],
    ["a binary file", Uint8Array.of(65, 0, 66), /binary file \(a zero byte at position 1\)/],
    [
      "invalid UTF-8",
      Uint8Array.of(65, 66, 0xff, 67),
      /UTF-8, got bytes that are not, the first at position 2/,
    ],
    ["200 MB", { length: 200e6 } as Uint8Array, /at most 150 MB of text, got 200 MB/],
  ])("%s", (_title, bytes, message) => {
    expect(() => decodeText(bytes, "a.txt")).toThrow(message);
  });

  test("a byte order mark and Windows line breaks are taken away", () => {
    expect(decodeText(encode("\uFEFFa\r\nb"), "a.txt")).toBe("a\nb");
  });

  test.each([
    ["one character", "a", /expected at least two characters/],
    ["two characters", "ab", /part that is held out|both parts/],
    ["one character over and over", "a".repeat(1000), /only "a": there is nothing to predict/],
  ])("%s", (_title, text, message) => {
    expect(() => prepareText(text, textConfig())).toThrow(message);
  });

  test("a short text still trains, with fewer and shorter streams", async () => {
    const config = small();
    const data = prepareText("to be or not to be", config);
    const { fit } = await trainText(data, config, { budget: { steps: 2 } });
    expect(fit.steps).toBe(2);
  });

  test("a learning rate beyond reason stops the run and says where", async () => {
    const config = small({ lr: 1e30, clipNorm: 1e30 });
    const data = prepareText(RHYME, config);
    await expect(trainText(data, config, { budget: { steps: 50 } })).rejects.toThrow(
      /became .* at step \d+.*Lower the learning rate/,
    );
  });

  test.each([
    [{ hiddenSize: 0 }, /hiddenSize to be a whole number of at least 1, got 0/],
    [{ cell: "lstn" as "lstm" }, /cell to be one of rnn, lstm, gru, mingru, .*, got "lstn"/],
    [{ validation: 1 }, /validation to be between 0 and 1, got 1/],
    [{ lr: NaN }, /lr to be above 0, got NaN/],
    [{ weightDropout: 1 }, /weightDropout to be at least 0 and below 1, got 1/],
    [{ cell: "mingru" as "lstm", weightDropout: 0.1 }, /weightDropout to be 0 for mingru, got 0.1/],
    [{ beta2: 1 }, /beta2 to be at least 0 and below 1, got 1/],
  ])("config %o", (changes, message) => {
    expect(() => textConfig(changes)).toThrow(message);
  });

  test("weights of another configuration do not load", () => {
    const small1 = saveTextModel(untrained(small(), prepareText(RHYME, small())));
    const large = small({ hiddenSize: 41 });
    const files = saveTextModel(untrained(large, prepareText(RHYME, large)));
    const mixed = { ...files, "model.safetensors": small1["model.safetensors"] };
    expect(() => loadTextModel(reader(mixed))).toThrow(/do not fit together.*expected shape/);
  });
});

function untrained(config: TextConfig, data: TextData): TextModel {
  return new TextModel(config, data.tokenizer);
}

function reader(files: Record<string, Uint8Array>) {
  return (name: string) => files[name];
}
