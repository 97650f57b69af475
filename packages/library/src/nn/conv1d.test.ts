import { describe, expect, test } from "vitest";
import { ones, randn, RandomGenerator, tensor, zeros } from "../tensor/index.ts";
import { AvgPool1d, Conv1d, MaxPool1d } from "./index.ts";

describe("Conv1d", () => {
  test("starts uniform in ±1/√(inChannels / groups · kernelSize)", () => {
    const conv = new Conv1d(8, 40, 4, { groups: 2, generator: new RandomGenerator(3) });
    for (const array of [conv.weight.data, conv.bias!.data]) {
      const largest = Math.max(...Array.from(array, Math.abs));
      expect(largest).toBeLessThanOrEqual(0.25);
      expect(largest).toBeGreaterThan(0.22);
    }
  });

  test("a state dict goes into another layer and gives the same numbers", () => {
    const [first, second] = [new Conv1d(3, 2, 5), new Conv1d(3, 2, 5)];
    second.loadStateDict(first.stateDict());
    const x = randn([4, 3, 9]);
    expect(second.forward(x).toArray()).toEqual(first.forward(x).toArray());
    expect(Object.keys(first.stateDict())).toEqual(["weight", "bias"]);
    expect(Object.keys(new Conv1d(3, 2, 5, { bias: false }).stateDict())).toEqual(["weight"]);
  });

  test("the gradient of an input that needs none is not computed", () => {
    const conv = new Conv1d(3, 2, 2);
    const x = randn([1, 3, 4]);
    conv.forward(x).sum().backward();
    expect(x.grad).toBeNull();
    expect(conv.bias!.grad!.toArray()).toEqual([3, 3]);
  });

  // prettier-ignore
  test.each<[run: () => unknown, message: RegExp]>([
    [() => new Conv1d(3, 2, 2).forward(zeros([5, 7, 3])), /expected input \[batch, 3, seq\] or \[3, seq\] because inChannels is 3, got \[5, 7, 3\].*transpose\(1, 2\)/],
    [() => new Conv1d(3, 2, 2).forward(zeros([3])), /got \[3\]/],
    [() => new Conv1d(3, 2, 2).forward(zeros([1, 3, 4], { dtype: "int32" })), /float32, got int32/],
    [() => new Conv1d(3, 2, 4, { dilation: 2, padding: 1 }).forward(zeros([3, 4])), /at least 5 steps for a window of 7, got 4/],
    [() => new Conv1d(3, 2, 4, { padding: "causal" }).forward(zeros([1, 3, 0])), /at least 1 steps/],
    [() => new Conv1d(3, 2, 0), /kernelSize to be a whole number of at least 1/],
    [() => new Conv1d(3, 2, 1, { stride: 0 }), /stride/],
    [() => new Conv1d(3, 2, 1, { padding: -1 }), /padding to be a whole number of at least 0/],
    [() => new Conv1d(3, 2, 1, { padding: "full" as "same" }), /"valid", "same" or "causal", got "full"/],
    [() => new Conv1d(3, 2, 3, { padding: "same", stride: 2 }), /"same" keeps the length, which a stride of 2 does not/],
    [() => new Conv1d(3, 2, 1, { groups: 2 }), /multiples of groups, got 3, 2 and 2/],
    [() => new Conv1d(3, 2, 1).forward(zeros([2, 3, 4]), { lengths: [4] }), /2 lengths, one for each sequence, between 0 and 4, got 1/],
    [() => new Conv1d(3, 2, 1).forward(zeros([2, 3, 4]), { lengths: [4, 5] }), /got 5 for sequence 1/],
  ])("%s", (run, message) => {
    expect(run).toThrow(message);
  });
});

describe("MaxPool1d and AvgPool1d", () => {
  test("the first of equals gets the gradient, and NaN wins", () => {
    const x = tensor([[2, 2, 1, NaN]], { requiresGrad: true });
    const y = new MaxPool1d(2).forward(x);
    expect(y.toArray()).toEqual([[2, NaN]]);
    y.backward(ones([1, 2]));
    expect(x.grad!.toArray()).toEqual([[1, 0, 0, 1]]);
  });

  test("negative maxima are not beaten by padding", () => {
    const x = tensor([[-3, -1, -2]]);
    expect(new MaxPool1d(3, { stride: 2, padding: 1 }).forward(x).toArray()).toEqual([[-1, -1]]);
  });

  // prettier-ignore
  test.each<[run: () => unknown, message: RegExp]>([
    [() => new MaxPool1d(3, { padding: 2 }), /MaxPool1d: expected padding of at most half of kernelSize, 3, got 2/],
    [() => new AvgPool1d(0), /AvgPool1d: expected kernelSize/],
    [() => new AvgPool1d(5).forward(zeros([2, 3, 4])), /AvgPool1d.forward: expected at least 5 steps for a window of 5, got 4/],
    [() => new MaxPool1d(2).forward(zeros([4])), /\[batch, channels, seq\] or \[channels, seq\], got \[4\]/],
  ])("%s", (run, message) => {
    expect(run).toThrow(message);
  });
});
