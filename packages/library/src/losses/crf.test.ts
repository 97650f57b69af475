import { expect, test } from "vitest";
import { randn, RandomGenerator, tensor, zeros, type Tensor } from "../tensor/index.ts";
import { CRF } from "./crf.ts";
import { crossEntropy } from "./cross-entropy.ts";

/** Every sequence of `length` tags. */
function allPaths(numTags: number, length: number): number[][] {
  if (length === 0) return [[]];
  const shorter = allPaths(numTags, length - 1);
  return shorter.flatMap((path) => Array.from({ length: numTags }, (_, tag) => [...path, tag]));
}

const lossOf = (crf: CRF, emissions: Tensor, path: number[]) =>
  crf.forward(emissions, tensor([path])).item();

test("the probabilities of all sequences of tags add up to 1, and decode finds the largest", () => {
  const generator = new RandomGenerator(8);
  for (let round = 0; round < 20; round++) {
    const crf = new CRF(3, { batchFirst: true });
    for (const parameter of crf.parameters())
      parameter.copy_(randn(parameter.shape, { generator }));
    const emissions = randn([1, 4, 3], { generator });
    const paths = allPaths(3, 4);
    const probabilities = paths.map((path) => Math.exp(-lossOf(crf, emissions, path)));
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    const best = probabilities.indexOf(Math.max(...probabilities));
    expect(crf.decode(emissions)).toEqual([paths[best]]);
  }
});

test("without transitions it is a softmax at every step", () => {
  const crf = new CRF(4);
  for (const parameter of crf.parameters()) parameter.fill_(0);
  const emissions = randn([6, 2, 4]);
  const tags = tensor([
    [0, 1],
    [3, 2],
    [2, 2],
    [1, 0],
    [0, 3],
    [3, 1],
  ]);
  const softmax = crossEntropy(emissions.flatten(0, 1), tags.flatten(), { reduction: "sum" });
  expect(crf.forward(emissions, tags, { reduction: "sum" }).item()).toBeCloseTo(softmax.item(), 4);
  expect(crf.decode(emissions)).toEqual(emissions.argmax(-1).transpose().toArray());
});

test("a forbidden transition has no probability, is never decoded, and gives no NaN", () => {
  const crf = new CRF(2, { batchFirst: true });
  crf.transitions.copy_(
    tensor([
      [0, -Infinity],
      [0, 0],
    ]),
  );
  const emissions = tensor([[[5, 0], [0, 5], [0, 5]]]); // prettier-ignore
  expect(lossOf(crf, emissions, [0, 1, 1])).toBe(Infinity);
  expect(crf.decode(emissions)).toEqual([[1, 1, 1]]);
  const loss = crf.forward(emissions, tensor([[1, 1, 0]]));
  loss.backward();
  for (const { grad } of crf.parameters()) {
    expect(grad!.data.every((value) => Number.isFinite(value))).toBe(true);
  }
  expect(crf.transitions.grad!.data[1]).toBe(0);
});

test("very large scores neither overflow nor lose the difference", () => {
  const crf = new CRF(2, { batchFirst: true });
  for (const parameter of crf.parameters()) parameter.fill_(0);
  const emissions = tensor([[[10_000, 9_999]]]);
  expect(lossOf(crf, emissions, [0])).toBeCloseTo(Math.log(1 + Math.exp(-1)), 6);
});

test("scores hundreds apart are as exact as others", () => {
  const crf = new CRF(3, { batchFirst: true });
  const far = [0, -900, 600, -700, 5, -1200, 300, -800, -400];
  crf.transitions.copy_(tensor(far, { shape: [3, 3] }));
  const emissions = randn([1, 4, 3]).mul(500);
  const paths = allPaths(3, 4);
  const probabilities = paths.map((path) => Math.exp(-lossOf(crf, emissions, path)));
  expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 3);
  expect(crf.decode(emissions)[0]).toEqual(
    paths[probabilities.indexOf(Math.max(...probabilities))],
  );
  // 0 → 0 cannot be taken in any other way than at a cost of 900 or more: no term may get lost.
  crf.transitions.copy_(tensor([0, -900, -900, 0, 0, -900, 0, 0, 0], { shape: [3, 3] }));
  const start = tensor([0, -900, -1000]);
  crf.startTransitions.copy_(start);
  crf.endTransitions.copy_(tensor([-2000, 0, 0]));
  const run = () => crf.forward(zeros([1, 2, 3]), tensor([[0, 1]]));
  // Paths that count: 0 1, 0 2, and 1 1, each at −900.
  expect(run().item()).toBeCloseTo(Math.log(3), 4);
  run().backward();
  expect(crf.transitions.grad!.data[1]).toBeCloseTo(1 / 3 - 1, 4);
  expect(crf.transitions.grad!.data[2]).toBeCloseTo(1 / 3, 4);
  expect(crf.transitions.grad!.data[4]).toBeCloseTo(1 / 3, 4);
});

test("a mask says the same as lengths, in either layout, and may have holes", () => {
  const [rows, columns] = [new CRF(3, { batchFirst: true }), new CRF(3)];
  columns.loadStateDict(rows.stateDict());
  const emissions = randn([2, 4, 3]);
  const tags = tensor([
    [0, 2, 1, 1],
    [2, 2, 0, 1],
  ]);
  const mask = tensor([
    [1, 1, 1, 1],
    [1, 1, 0, 0],
  ]);
  const expected = rows.forward(emissions, tags, { lengths: [4, 2] }).item();
  expect(rows.forward(emissions, tags, { mask }).item()).toBe(expected);
  const [e, y] = [emissions.transpose(0, 1), tags.transpose(0, 1)];
  expect(columns.forward(e, y, { mask }).item()).toBe(expected);
  expect(columns.decode(e, { mask })).toEqual(rows.decode(emissions, { lengths: [4, 2] }));

  const holes = rows.forward(emissions.slice(0, 0, 1), tags.slice(0, 0, 1), {
    mask: tensor([[1, 0, 1, 1]]),
  });
  const closed = rows.forward(
    emissions.slice(0, 0, 1).indexSelect(1, tensor([0, 2, 3])),
    tensor([[0, 1, 1]]),
  );
  expect(holes.item()).toBe(closed.item());
});

test("starts uniform in ±0.1 under pytorch-crf's keys, and its state dict travels", () => {
  const crf = new CRF(30, { generator: new RandomGenerator(1) });
  const dict = crf.stateDict();
  expect(Object.keys(dict)).toEqual(["start_transitions", "end_transitions", "transitions"]);
  expect(dict.transitions.abs().max().item()).toBeCloseTo(0.1, 2);
  const other = new CRF(30);
  other.loadStateDict(dict);
  const emissions = randn([5, 2, 30]);
  expect(other.decode(emissions)).toEqual(crf.decode(emissions));
});

const crf = new CRF(3, { batchFirst: true });
const emissions = zeros([2, 4, 3]);
const tags = zeros([2, 4]);

// prettier-ignore
test.each<[run: () => unknown, message: RegExp]>([
  [() => new CRF(0), /CRF: expected numTags/],
  [() => crf.forward(zeros([2, 4, 5]), tags), /CRF.forward: expected emissions \[batch, seq, 3\] because numTags is 3, got \[2, 4, 5\]/],
  [() => crf.decode(zeros([4, 3])), /CRF.decode: expected emissions/],
  [() => crf.forward(emissions, zeros([4, 2])), /expected tags \[2, 4\], one for each step, got \[4, 2\]/],
  [() => crf.forward(emissions, tags.add(3)), /expected tags from 0 to 2.*got 3 at step 0 of sequence 0. Is it padding/],
  [() => crf.forward(emissions, tags, { lengths: [4] }), /2 lengths, one for each sequence, of at most 4, got \[4\]/],
  [() => crf.forward(emissions, tags, { lengths: [4, 0] }), /a step that counts, got none in sequence 1/],
  [() => crf.forward(emissions, tags, { mask: zeros([4, 2]) }), /the mask \[batch, seq\] = \[2, 4\], got \[4, 2\]/],
  [() => crf.forward(emissions, tags, { mask: tags, lengths: [4, 4] }), /lengths or a mask, got both/],
  [() => crf.forward(emissions, tags, { reduction: "tokens" as "sum" }), /reduction/],
])("%s", (run, message) => {
  expect(run).toThrow(message);
});
