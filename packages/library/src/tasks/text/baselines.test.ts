import { readFileSync } from "node:fs";
import { BpeTokenizer, CharTokenizer, splitByPosition, type Tokenizer } from "unrolled";
import { describe, expect, test } from "vitest";
import { realData } from "../../../test/support/real-data.ts";
import { textBaselines } from "./baselines.ts";

function prepare(text: string, tokenizer: Tokenizer) {
  const [train, validation] = splitByPosition(text, 0.9);
  return {
    tokenizer,
    trainIds: tokenizer.encode(train),
    validationIds: tokenizer.encode(validation),
    validationCharacters: validation.length,
  };
}

describe("textBaselines", () => {
  test("a uniform guess pays ln V, and each longer context pays less on a text with structure", () => {
    const text = "the cat saw the dog and the dog saw the cat and ".repeat(40);
    const tokenizer = CharTokenizer.train(text);
    const baselines = textBaselines(prepare(text, tokenizer));
    expect(baselines.map(({ name }) => name)).toEqual(["uniform", "unigram", "bigram", "5-gram"]);
    expect(baselines[0].natsPerToken).toBeCloseTo(Math.log(tokenizer.vocabSize), 12);
    for (let i = 1; i < baselines.length; i++) {
      expect(baselines[i].natsPerToken).toBeLessThan(baselines[i - 1].natsPerToken);
    }
  });

  test("counts predictions as a network does: all tokens but the first, by their characters", () => {
    const text = "lower and lowest, slower and slowest, ".repeat(30);
    const tokenizer = BpeTokenizer.train(text, { vocabSize: 280 });
    const data = prepare(text, tokenizer);
    const [uniform] = textBaselines(data, { orders: [0] });
    const first = tokenizer.decode(data.validationIds.subarray(0, 1)).length;
    expect(uniform.tokens).toBe(data.validationIds.length - 1);
    expect(uniform.characters).toBe(data.validationCharacters - first);
    expect(uniform.natsPerCharacter * uniform.characters).toBeCloseTo(
      uniform.natsPerToken * uniform.tokens,
      8,
    );
  });

  test("tiny-shakespeare by position, 90/10: 3.347, 2.484 and 1.561 nats per character", (context) => {
    const text = readFileSync(realData(context, "tiny-shakespeare/input.txt"), "utf8");
    const baselines = textBaselines(prepare(text, CharTokenizer.train(text)));
    const nats = Object.fromEntries(baselines.map((it) => [it.name, it.natsPerCharacter]));
    expect(nats.unigram).toBeCloseTo(3.3473, 4);
    expect(nats.bigram).toBeCloseTo(2.4835, 4);
    expect(nats["5-gram"]).toBeCloseTo(1.5611, 4);
  });
});
