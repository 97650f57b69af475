/**
 * Files that torch.save wrote: `scripts/make-pytorch-fixture.py`, and models of other people.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test, type TestContext } from "vitest";
import {
  FormatError,
  loadPyTorch,
  nn,
  noGrad,
  tensor,
  zeros,
  type Tensor,
} from "../../src/index.ts";
import { realData } from "../support/real-data.ts";

const fixture = (name: string) =>
  fileURLToPath(new URL(`fixtures/pytorch/${name}`, import.meta.url));
const bytesOf = (name: string) => new Uint8Array(readFileSync(fixture(name)));
type Described = Record<string, { shape: number[]; data: number[] }>;
const expected = JSON.parse(readFileSync(fixture("expected.json"), "utf8")) as Record<
  string,
  Described
>;

const FILES = ["tensors", "module", "checkpoint", "tuple"].flatMap((name) => [
  [`${name}.pt`, name],
  [`${name}.legacy.pt`, name],
]);
FILES.push(["tensors.protocol-4.pt", "tensors"]);

test.each(FILES)("%s has PyTorch's names, shapes and numbers", (file, name) => {
  const dict = loadPyTorch(fixture(file));
  expect(Object.keys(dict)).toEqual(Object.keys(expected[name]));
  for (const [key, { shape, data }] of Object.entries(expected[name])) {
    expect(dict[key].shape, key).toEqual(shape);
    const numbers = dict[key].dtype === "int32" ? data : data.map(Math.fround);
    expect(Array.from(dict[key].data), key).toEqual(numbers);
  }
});

test("a module's tensors fit a module here", () => {
  class Model extends nn.Module {
    readonly lstm = new nn.LSTM(3, 4, { batchFirst: true });
    readonly layers = [new nn.Linear(4, 2), new nn.BatchNorm1d(2)];
  }
  for (const file of ["module.pt", "checkpoint.legacy.pt"]) {
    const model = new Model();
    expect(model.loadStateDict(loadPyTorch(bytesOf(file)))).toEqual({
      missingKeys: [],
      unexpectedKeys: [],
    });
  }
});

describe("what is no such file is refused", () => {
  test.each(FILES)("%s, cut off anywhere or with a byte changed", (file) => {
    const bytes = bytesOf(file);
    const attempt = (damaged: Uint8Array) => {
      try {
        loadPyTorch(damaged);
      } catch (error) {
        // Some bytes do not matter, such as those of a date; others must be noticed.
        expect(error).toBeInstanceOf(FormatError);
      }
    };
    for (let end = 0; end < bytes.length; end += 1 + Math.floor(bytes.length / 300)) {
      expect(() => loadPyTorch(bytes.slice(0, end)), `cut at ${end}`).toThrow(FormatError);
    }
    for (let at = 0; at < bytes.length; at += 1 + Math.floor(bytes.length / 400)) {
      const damaged = bytes.slice();
      damaged[at] ^= 0xff;
      attempt(damaged);
    }
  });

  const pickle = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  test.each([
    ["nothing", new Uint8Array(0), /expected a file of torch.save.*got 0 bytes/],
    ["text", pickle("version https://git-lfs"), /Git LFS pointer/],
    ["another pickle", pickle("\x80\x02K\x01."), /Was it written by pickle.dump/],
    ["a zip archive without an end", pickle("PK\x03\x04 and so on"), /it has no end record/],
  ])("%s", (_, bytes, message) => {
    expect(() => loadPyTorch(bytes)).toThrow(FormatError);
    expect(() => loadPyTorch(bytes)).toThrow(message);
  });

  test("a pickle that would run a program is read, and nothing is run", () => {
    // What torch.save would have around it: the magic number, the version, the machine, the storages.
    const magic = "\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.";
    const evil = "\x80\x02cos\nsystem\nX\x04\x00\x00\x00exit\x85R.";
    const file = pickle(`${magic}\x80\x02M\xe9\x03.\x80\x02}.${evil}\x80\x02].`);
    expect(() => loadPyTorch(file)).toThrow(/expected tensors.*got a file without any/);
  });
});

describe("other people's models give the numbers that PyTorch gives", () => {
  interface Wanted {
    prompt: string;
    logits_after_prompt: number[];
    h_last_layer_last_step: number[];
  }
  const read = <T>(context: TestContext, file: string) =>
    JSON.parse(readFileSync(realData(context, `models-thirdparty/${file}`), "utf8")) as T;
  const load = (context: TestContext, file: string) =>
    loadPyTorch(realData(context, `models-thirdparty/${file}`));

  test.for([
    ["baseline", 128],
    ["bigger", 256],
  ] as const)(
    "a GRU of characters, %s: a whole module in a zip archive",
    ([size, hidden], context) => {
      const folder = "char-gru-shakespeare";
      const dict = load(context, `${folder}/${size}.pt`);
      const want = read<Wanted>(context, `${folder}/${size}_expected.json`);
      const embedding = new nn.Embedding(100, hidden);
      const gru = new nn.GRU(hidden, hidden, { batchFirst: true });
      const head = new nn.Linear(hidden, 100);
      embedding.loadStateDict(part(dict, "encoder."));
      gru.loadStateDict(part(dict, "rnn."));
      head.loadStateDict(part(dict, "decoder."));
      // Python's string.printable
      const letters = "abcdefghijklmnopqrstuvwxyz";
      const printable = `0123456789${letters}${letters.toUpperCase()}!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~ \t\n\r\x0b\x0c`;
      const ids = tensor([Array.from(want.prompt, (c) => printable.indexOf(c))], {
        dtype: "int32",
      });
      const [output] = noGrad(() => gru.forward(embedding.forward(ids)));
      closeTo(head.forward(output.select(1, -1)), want.logits_after_prompt, 1e-4);
    },
  );

  test("an LSTM of characters, a state dict in the older format", (context) => {
    const folder = "visrnn-char-lstm";
    const dict = load(context, `${folder}/lstm_128_2.pth`);
    const want = read<Wanted>(context, `${folder}/expected.json`);
    const vocabulary = read<string[]>(context, `${folder}/vocab.json`);
    const lstm = new nn.LSTM(88, 128, { numLayers: 2, batchFirst: true });
    const head = new nn.Linear(128, 88);
    lstm.loadStateDict(part(dict, "model."));
    head.loadStateDict(part(dict, "fc."));
    const x = zeros([1, want.prompt.length, 88]);
    for (const [t, c] of Array.from(want.prompt).entries())
      x.data[t * 88 + vocabulary.indexOf(c)] = 1;
    const [output] = noGrad(() => lstm.forward(x));
    closeTo(head.forward(output.select(1, -1)), want.logits_after_prompt, 1e-4);
  });

  test("an LSTM over gas use, a state dict in a zip archive", (context) => {
    const dict = load(context, "seattle-gas-lstm/lstm.pt");
    const want = read<Wanted>(context, "seattle-gas-lstm/expected.json");
    const lstm = new nn.LSTM(16, 64, { numLayers: 2, batchFirst: true });
    lstm.loadStateDict(part(dict, "lstm."));
    const x = zeros([1, 12, 16]);
    for (let i = 0; i < x.size; i++) {
      x.data[i] = 0.5 + 0.4 * Math.sin(0.7 * Math.floor(i / 16) + 1.3 * (i % 16));
    }
    const [output] = noGrad(() => lstm.forward(x));
    closeTo(output.select(1, -1), want.h_last_layer_last_step, 1e-5);
  });
});

function part(dict: Record<string, Tensor>, prefix: string): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(dict).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

function closeTo(given: Tensor, wanted: readonly number[], tolerance: number): void {
  expect(given.size).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) {
    expect(Math.abs(given.data[i] - value), `at ${i}`).toBeLessThan(tolerance);
  }
}
