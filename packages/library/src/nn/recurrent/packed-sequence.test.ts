import { expect, test } from "vitest";
import { ArgumentError, ShapeError } from "../../core/errors.ts";
import { randn, tensor, zeros } from "../../tensor/index.ts";
import { GRU } from "./gru.ts";
import { LSTM } from "./lstm.ts";
import { RNN } from "./rnn.ts";
import {
  packPaddedSequence,
  packSequence,
  PackedSequence,
  padPackedSequence,
  unpackSequence,
} from "./packed-sequence.ts";

const x = randn([3, 4, 2]); // [batch, seq, features]

test("lengths that rise are refused unless enforceSorted is false", () => {
  expect(() => packPaddedSequence(x, [2, 4, 1], { batchFirst: true })).toThrow(
    "packPaddedSequence: expected lengths from the longest to the shortest because enforceSorted is true, got [2, 4, 1]. Pass { enforceSorted: false } for any order.",
  );
});

test("lengths that do not fit are refused", () => {
  const options = { batchFirst: true, enforceSorted: false };
  expect(() => packPaddedSequence(x, [2, 5, 1], options)).toThrow(
    "packPaddedSequence: expected 3 lengths, one for each sequence, between 1 and 4, got 5 for sequence 1.",
  );
  expect(() => packPaddedSequence(x, [2, 0, 1], options)).toThrow(ArgumentError);
  expect(() => packPaddedSequence(x, [2, 1], options)).toThrow("got 2.");
  expect(() => packPaddedSequence(tensor([1, 2]), [2], options)).toThrow(ShapeError);
});

test("a totalLength shorter than the longest sequence is refused", () => {
  const packed = packSequence([tensor([1, 2, 3])]);
  expect(() => padPackedSequence(packed, { totalLength: 2 })).toThrow(
    "padPackedSequence: expected totalLength to be at least 3, the longest sequence, got 2.",
  );
});

test("batchSizes that rise or do not add up are refused", () => {
  expect(() => new PackedSequence(zeros([3, 2]), tensor([1, 2]).int())).toThrow(ArgumentError);
  expect(() => new PackedSequence(zeros([3, 2]), tensor([2, 2]).int())).toThrow(
    "PackedSequence: expected batchSizes that never rise and add up to the rows of data, 3, got [2, 2].",
  );
});

test("ids come back as ids, and each sequence alone by unpackSequence", () => {
  const packed = packSequence([tensor([4, 5]).int(), tensor([6, 7, 8]).int()], {
    enforceSorted: false,
  });
  expect(packed.data.dtype).toBe("int32");
  expect(unpackSequence(packed).map((t) => t.toArray())).toEqual([
    [4, 5],
    [6, 7, 8],
  ]);
});

test("a layer gives a PackedSequence of the same sizes and order for one, and takes it again", () => {
  const packed = packPaddedSequence(x, [2, 4, 1], { batchFirst: true, enforceSorted: false });
  const [output, [hN]] = new LSTM(2, 3).forwardPacked(packed);
  expect(output.data.shape).toEqual([7, 3]);
  expect(output.batchSizes).toBe(packed.batchSizes);
  expect(output.sortedIndices).toBe(packed.sortedIndices);
  expect(hN.shape).toEqual([1, 3, 3]);
  const [again] = new GRU(3, 4, { bidirectional: true }).forwardPacked(output, zeros([2, 3, 4]));
  expect(again.data.shape).toEqual([7, 8]);
});

test("states are in the order of the batch, not of the packed rows", () => {
  const gru = new GRU(2, 3, { batchFirst: true });
  const h0 = randn([1, 3, 3]);
  const lengths = [2, 4, 1];
  const packed = packPaddedSequence(x, lengths, { batchFirst: true, enforceSorted: false });
  const [, fromPacked] = gru.forwardPacked(packed, h0);
  const [, fromLengths] = gru.forward(x, h0, { lengths });
  expect(fromPacked.toArray()).toEqual(fromLengths.toArray());
});

test("forward takes a PackedSequence too, as in PyTorch, where no types are checked", () => {
  const packed = packSequence([randn([4, 2]), randn([3, 2])]);
  for (const layer of [new RNN(2, 3), new LSTM(2, 3), new GRU(2, 3)]) {
    const [output]: unknown[] = layer.forward(packed as never);
    expect(output).toBeInstanceOf(PackedSequence);
    expect((output as PackedSequence).data.toArray()).toEqual(
      layer.forwardPacked(packed)[0].data.toArray(),
    );
  }
});
