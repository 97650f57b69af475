import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WordTokenizer } from "./word.ts";

const keepAll = (text: string) => WordTokenizer.train(text, { minFrequency: 1 });

describe("WordTokenizer", () => {
  test.each([
    ["Don't panic, well-known 3.5%!", ["Don't", "panic", ",", "well-known", "3.5", "%", "!"]],
    ["one\n\ntwo", ["one", "\n", "\n", "two"]],
    ["wait--what...", ["wait", "--", "what", ".", ".", "."]],
    ["naïve Москва 🐌", ["naïve", "Москва", "🐌"]],
    ["東京ではGRU2台、3.5倍。", ["東", "京", "で", "は", "GRU2", "台", "、", "3.5", "倍", "。"]],
    ["ที่นี่", ["ที่", "นี่"]],
    ["at 5, 1,000 or 1,a", ["at", "5", ",", "1,000", "or", "1", ",", "a"]],
    ["the <unk> <eos>", ["the", "<unk>", "<", "eos", ">"]],
    ["", []],
  ])("splits %j", (text, tokens) => {
    expect(keepAll(text).split(text)).toEqual(tokens);
  });

  test.each([
    'He said: "Come in (if you dare)." "Why?"\nNobody knew...',
    "It's $5.50--no more; 10% off!\n\nEnd",
    "今天天气很好，「我们」走吧！\nカレー・ライスです。",
    "สวัสดีครับ",
  ])("puts the spaces back where they were: %j", (text) => {
    const tokenizer = keepAll(text);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  test("a decoded text has the same ids again", () => {
    const pieces = fc.constantFrom(
      ...[
        "a",
        "B",
        "don't",
        "7",
        ",",
        ".",
        "'",
        '"',
        "(",
        ")",
        "-",
        "--",
        "\n",
        " ",
        "—",
        "$",
        "é",
      ],
      ...[
        "%",
        "<unk>",
        "東",
        "ー",
        "。",
        "・",
        "ก",
        "\u0e31",
        "\u0301",
        "’",
        "“",
        "”",
        "🐌",
        "\t",
        "_",
        "/",
        "…",
      ],
    );
    const texts = fc.oneof(
      fc.array(pieces, { maxLength: 40 }).map((list) => list.join("")),
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(texts, fc.boolean(), (text, lowercase) => {
        const tokenizer = WordTokenizer.train(text, { minFrequency: 1, lowercase });
        const ids = tokenizer.encode(text);
        expect([...tokenizer.encode(tokenizer.decode(ids))]).toEqual([...ids]);
      }),
      { numRuns: 1000 },
    );
  });

  test("by default a word seen once is unknown, so that <unk> is trained too", () => {
    const tokenizer = WordTokenizer.train("the cat and the dog and");
    expect(tokenizer.vocabulary.tokens).toEqual(["<unk>", "and", "the"]);
    expect(tokenizer.decode(tokenizer.encode("the dog and the fish"))).toBe(
      "the <unk> and the <unk>",
    );
  });

  test("lowercase makes one token of The and the", () => {
    const tokenizer = WordTokenizer.train("The the", { lowercase: true });
    expect([...tokenizer.encode("THE the")]).toEqual([1, 1]);
  });

  test("specials stand first, and are left out when decoding", () => {
    const tokenizer = WordTokenizer.train("a a b b", { specials: ["<pad>", "<eos>"] });
    expect(tokenizer.vocabulary.tokens).toEqual(["<pad>", "<eos>", "<unk>", "a", "b"]);
    expect(tokenizer.decode([3, 4, 1, 0, 0])).toBe("a b");
  });
});
