import { beforeAll, describe, expect, test } from "vitest";
import {
  evaluateText,
  generateText,
  nextTokens,
  prepareText,
  scoreText,
  textConfig,
  TextModel,
  TextSession,
  trainText,
  type TextConfig,
} from "./index.ts";

const RHYME = "one two three four five, once I caught a fish alive. ".repeat(40);

async function trained(changes: Partial<TextConfig> = {}, steps = 150): Promise<TextModel> {
  const config = textConfig({
    embeddingDim: 12,
    hiddenSize: 40,
    batchSize: 4,
    seqLength: 30,
    lr: 1e-2,
    dropout: 0,
    warmupSteps: 10,
    ...changes,
  });
  return (await trainText(prepareText(RHYME, config), config, { budget: { steps } })).model;
}

let model: TextModel;
beforeAll(async () => {
  model = await trained();
});

describe("what may come next", () => {
  test("the probabilities of all tokens sum to 1, the most likely first", () => {
    const all = nextTokens(model, "one two thr");
    expect(all.length).toBe(model.tokenizer.vocabSize);
    expect(all.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 10);
    expect(all[0].text).toBe("e");
    const sorted = [...all].sort((a, b) => b.probability - a.probability);
    expect(all).toEqual(sorted);
    expect(nextTokens(model, "one two thr", 2)).toEqual(all.slice(0, 2));
  });

  test("it is what sampling draws from", () => {
    const [first] = nextTokens(model, "five, on");
    const drawn = [...generateText(model, { prompt: "five, on", length: 1, temperature: 0 })];
    expect(drawn.join("")).toBe(first.text);
  });
});

describe("a session", () => {
  test("goes on where it stopped: in pieces as in one", () => {
    const options = { temperature: 0.8, seed: 5 };
    const whole = [...generateText(model, { prompt: "one two three", length: 20, ...options })];
    const session = new TextSession(model);
    session.read("one two");
    session.read(" three");
    const pieces = [...session.generate({ length: 20, ...options })];
    expect(pieces.join("")).toBe(whole.join(""));
  });

  test("what it generated is read, and counts for what follows", () => {
    const session = new TextSession(model);
    session.read("one two");
    const first = [...session.generate({ length: 7, temperature: 0 })].join("");
    const second = [...session.generate({ length: 5, temperature: 0 })].join("");
    expect(first + second).toBe(" three four ");
    session.reset();
    session.read("five, once I");
    expect([...session.generate({ length: 7, temperature: 0 })].join("")).toBe(" caught");
  });

  test("temperature, top-k, top-p and min-p at their ends all take the most likely", () => {
    const texts = [{ temperature: 0 }, { topK: 1 }, { topP: 1e-9 }, { minP: 1 }].map((options) =>
      [...generateText(model, { prompt: "one", length: 30, ...options })].join(""),
    );
    expect(new Set(texts).size).toBe(1);
  });

  test("a repetition penalty gives other tokens a turn", () => {
    const differentIn = (repetitionPenalty: number) => {
      const options = { prompt: "one", length: 30, temperature: 0, repetitionPenalty };
      return new Set([...generateText(model, options)].join("")).size;
    };
    expect(differentIn(100)).toBeGreaterThan(differentIn(1));
  });
});

describe("the surprise of a text", () => {
  const text = "one two three four five, once I caught a wish alive. ";

  test.each(["char", "word", "bpe"] as const)(
    "%s: the surprises sum to what evaluateText measures, and the tokens to the text",
    async (tokens) => {
      const own = tokens === "char" ? model : await trained({ tokens, vocabSize: 300 }, 30);
      const known = tokens === "word" ? text.replace("wish", "fish") : text;
      const { tokens: scored, evaluation } = scoreText(own, known);
      const sum = scored.reduce((total, { nats }) => total + (nats ?? 0), 0);
      const expected = evaluateText(own, own.encode(known));

      expect(sum / expected.tokens).toBeCloseTo(expected.natsPerToken, 5);
      expect(evaluation.natsPerCharacter).toBeCloseTo(expected.natsPerCharacter, 5);
      expect(evaluation.characters).toBe(expected.characters);
      expect(scored.map((token) => token.text).join("")).toBe(
        tokens === "word" ? own.tokenizer.decode(own.encode(known)) : known,
      );
    },
  );

  test("is the −ln of the next token's probability", () => {
    const { tokens } = scoreText(model, "one two");
    const next = nextTokens(model, "one tw");
    const rank = next.findIndex((token) => token.text === "o");
    expect(tokens[6]).toMatchObject({ text: "o", rank, expected: next[0].text });
    expect(tokens[6].nats).toBeCloseTo(-Math.log(next[rank].probability), 5);
    expect(tokens[0]).toEqual({ text: "o", nats: null, rank: null, expected: null });
  });

  test("is greatest at what is wrong", () => {
    const { tokens } = scoreText(model, text.repeat(2));
    const worst = tokens.reduce((a, b) => ((b.nats ?? 0) > (a.nats ?? 0) ? b : a));
    expect(worst).toMatchObject({ text: "w", expected: "f" });
  });

  test("long texts are read piece by piece with the state carried", () => {
    const { evaluation } = scoreText(model, RHYME.slice(0, 1500)); // several chunks, one stream
    const expected = evaluateText(model, model.encode(RHYME.slice(0, 1500)));
    expect(evaluation.natsPerToken).toBeCloseTo(expected.natsPerToken, 5);
  });

  test("asks for two tokens", () => {
    expect(() => scoreText(model, "o")).toThrow("expected at least two tokens");
  });
});
