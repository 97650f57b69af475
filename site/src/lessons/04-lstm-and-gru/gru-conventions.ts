/**
 * @file The two ways in which a GRU is written, twice over.
 *
 *   the update gate    keeps   h′ = (1 − z) ⊙ n + z ⊙ h     PyTorch, cuDNN, Cho et al. 2014
 *                      takes   h′ = z ⊙ n + (1 − z) ⊙ h     Chung et al. 2014
 *   the reset gate     before  n = tanh(… + U·(r ⊙ h))      Cho et al. 2014, Chung et al. 2014
 *                      after   n = tanh(… + r ⊙ (U·h))      PyTorch, cuDNN
 *
 * Everything here runs in float64, inside `withEngine("reference", …)`.
 */

import { cat, linear, nn, optim, rand, randn, type RandomGenerator, type Tensor } from "unrolled";

const INPUT_SIZE = 3;

/** Updates between two errors of {@link imitate}. */
export const EVERY = 25;

export type Step = (x: Tensor, h: Tensor) => Tensor;

/** A GRU whose gates open and close: weights twice as wide as are usual, and no biases to hide in. */
export function decisiveGRU(
  hiddenSize: number,
  resetAfter: boolean,
  generator: RandomGenerator,
): nn.GRUCell {
  const cell = new nn.GRUCell(INPUT_SIZE, hiddenSize, { resetAfter, generator });
  for (const weight of [cell.weightIh, cell.weightHh]) {
    weight.copy_(randn(weight.shape, { generator }).mul(2 / Math.sqrt(weight.shape[1])));
  }
  cell.biasIh!.copy_(randn(cell.biasIh!.shape, { generator }).mul(0.5));
  // With b_hn = 0 the two placements agree on a single unit: r · (u · h) = u · (r · h).
  cell.biasHh!.fill_(0);
  return cell;
}

/** A cell of the same weights, of either placement; `negateZ` turns the sign of all that makes z. */
export function copyOf(
  cell: nn.GRUCell,
  { resetAfter = cell.resetAfter, negateZ = false } = {},
): nn.GRUCell {
  const copy = new nn.GRUCell(cell.inputSize, cell.hiddenSize, { resetAfter });
  copy.loadStateDict(cell.stateDict());
  if (!negateZ) return copy;
  for (const parameter of copy.parameters()) {
    const [r, z, n] = parameter.detach().chunk(3, 0);
    parameter.copy_(cat([r, z.neg(), n], 0));
  }
  return copy;
}

/** One step of the other convention, as its paper writes it: z takes the new content. */
export function stepThatTakes(cell: nn.GRUCell, x: Tensor, h: Tensor): Tensor {
  const [xr, xz, xn] = linear(x, cell.weightIh, cell.biasIh).chunk(3, -1);
  const [hr, hz, hn] = linear(h, cell.weightHh, cell.biasHh).chunk(3, -1);
  const r = xr.add(hr).sigmoid();
  const z = xz.add(hz).sigmoid();
  const n = xn.add(r.mul(hn)).tanh();
  return z.mul(n).add(h.sub(z.mul(h)));
}

/** How far apart two networks are after each of some steps over the same input: the largest |Δh|. */
export function divergence(
  one: Step,
  other: Step,
  hiddenSize: number,
  numSteps: number,
  generator: RandomGenerator,
): number[] {
  const BATCH = 16;
  let a = rand([BATCH, hiddenSize], { generator }).mul(2).sub(1);
  let b = a;
  return Array.from({ length: numSteps }, () => {
    const x = randn([BATCH, INPUT_SIZE], { generator });
    [a, b] = [one(x, a), other(x, b)];
    return a.sub(b).abs().max().item();
  });
}

/**
 * Trains `student` to take the same step as `teacher`, from random inputs and states. Yields the
 * root mean square of the difference over 512 steps that it is not trained on, before training and
 * after every {@link EVERY} updates.
 */
export function* imitate(
  student: nn.GRUCell,
  teacher: nn.GRUCell,
  numUpdates: number,
  generator: RandomGenerator,
): Generator<number, void, void> {
  const draw = (batch: number): [x: Tensor, h: Tensor] => [
    randn([batch, INPUT_SIZE], { generator }),
    rand([batch, teacher.hiddenSize], { generator }).mul(2).sub(1),
  ];
  const held = draw(512);
  const error = ([x, h]: [Tensor, Tensor]) =>
    student.forward(x, h).sub(teacher.forward(x, h).detach()).pow(2).mean();

  const optimizer = new optim.Adam(student.parameters(), { lr: 2e-2 });
  const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, { tMax: numUpdates });
  yield Math.sqrt(error(held).item());
  for (let update = 1; update <= numUpdates; update++) {
    const loss = error(draw(128));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    scheduler.step();
    if (update % EVERY === 0) yield Math.sqrt(error(held).item());
  }
}
