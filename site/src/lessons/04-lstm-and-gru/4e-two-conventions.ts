/**
 * @file 4E. The two conventions of the GRU: one pair is the same network with other signs, the other
 * pair is two networks.
 */

import { randn, RandomGenerator, withEngine, type nn } from "unrolled";
import { defineExperiment, type Claim, type Findings } from "../../experiments/experiment.ts";
import type { Role, Series, Table } from "../../experiments/plot.ts";
import {
  copyOf,
  decisiveGRU,
  divergence,
  EVERY,
  imitate,
  stepThatTakes,
  type Step,
} from "./gru-conventions.ts";

const NUM_STEPS = 30;
const NUM_UPDATES = 600;
/** Differences of 0 have a place on a logarithmic axis: here, below a rounding of float64. */
const FLOOR = 1e-17;
/** One unit's old state and new content, in the table of what z does. */
const [OLD, NEW] = [0.8, -0.5];

export const experiment = defineExperiment({
  id: "4E",
  title: "Two conventions of the GRU",
  knobs: {
    z: {
      kind: "number",
      label: "update gate z in the table",
      min: 0,
      max: 1,
      step: 0.05,
      default: 0.9,
      live: true,
    },
    hidden: { kind: "number", label: "units h", min: 1, max: 8, step: 1, default: 4 },
    teacher: {
      kind: "choice",
      label: "reset gate of the network to imitate",
      options: ["before the product", "after the product"],
      default: "before the product",
    },
  },
  prediction: {
    question:
      "A GRU was trained with the reset gate before the product, and you load its weights where the gate comes after it. Can new weights make up for that?",
    answers: [
      {
        text: "Yes, by changing the signs of some rows, as for z",
        isRight: false,
        feedback:
          "Signs turn z into 1 − z. They do not move a factor from one side of a matrix to the other.",
      },
      {
        text: "Yes, training finds them: both have the same number of parameters",
        isRight: false,
        feedback:
          "As many parameters, another family of functions. Watch the curve that stops falling.",
      },
      {
        text: "No, except for a network of one unit",
        isRight: true,
        feedback: "r ⊙ (U·h) and U·(r ⊙ h) agree where U is diagonal. One unit has no other U.",
      },
    ],
  },
  expected:
    "With the rows of z negated, both conventions of z give the same states to the last bits of float64. The best imitation of the other reset placement keeps an error that a network of the teacher's own kind, trained in the same way, does not have.",
  otherwise:
    "If negating did not match them, one of the two would not be a GRU of either paper. If the imitation vanished, a checkpoint could be converted from one placement to the other, and the option resetAfter would be a mere translation.",

  async *run(settings, lab) {
    const { seed, hidden } = settings;
    const isAfter = settings.teacher === "after the product";
    const generator = new RandomGenerator(seed);
    const { teacher, same, other, apart } = withEngine("reference", () => {
      const teacher = decisiveGRU(hidden, isAfter, generator);
      const same = copyOf(teacher);
      for (const parameter of same.parameters()) {
        parameter.add_(randn(parameter.shape, { generator }), 0.3);
      }
      const other = copyOf(teacher, { resetAfter: !isAfter });
      return { teacher, same, other, apart: threeDivergences(teacher, other, seed) };
    });

    const errors: Errors = { same: [], other: [] };
    const findings = ({ z }: { z: number }, progress: number): Findings => ({
      progress,
      summary: summaryOf(apart, errors),
      plots: [
        {
          kind: "lines",
          title: "Two networks, one input: the largest difference of a state",
          x: { label: "step" },
          y: { label: "max |Δh|", scale: "log", domain: [FLOOR, 10] },
          series: [
            series("z keeps and z takes, same weights", "update-gate", apart.sameWeights),
            series("z keeps and z takes, rows of z negated", "update-gate", apart.negatedZ, true),
            series("reset before and after, same weights", "reset-gate", apart.otherReset),
          ],
        },
        {
          kind: "lines",
          title: "Trained to imitate: error on steps it has not seen",
          x: { label: "updates", domain: [0, NUM_UPDATES] },
          y: { label: "root mean square of Δh", scale: "log", domain: [1e-4, 1] },
          series: [
            imitation("the other placement", errors.other),
            imitation("the teacher's own", errors.same, true),
          ],
        },
      ],
      tables: [whatZDoes(z)],
      claims: progress < 1 ? [] : claimsOf(apart, errors, hidden),
    });

    yield findings(settings, 0.02);
    const runs = [
      { errors: errors.other, training: imitate(other, teacher, NUM_UPDATES, generator) },
      { errors: errors.same, training: imitate(same, teacher, NUM_UPDATES, generator) },
    ];
    for (const { errors: into, training } of runs) {
      for (;;) {
        const { value, done } = withEngine("reference", () => training.next());
        if (done) break;
        into.push(value);
        const points = errors.same.length + errors.other.length;
        yield findings(settings, 0.02 + (0.97 * points) / (2 * (NUM_UPDATES / EVERY + 1)));
      }
    }
    lab.answer((moved) => findings(moved, 1));
    yield findings(settings, 1);
  },
});

/** Of the students of the teacher's own and of the other placement, while they train. */
interface Errors {
  same: number[];
  other: number[];
}

interface Divergences {
  sameWeights: number[];
  negatedZ: number[];
  otherReset: number[];
}

/** `teacher` and `other` have the same weights and differ in the reset gate's placement. */
function threeDivergences(teacher: nn.GRUCell, other: nn.GRUCell, seed: number): Divergences {
  const keeping = copyOf(teacher, { resetAfter: true });
  const negated = copyOf(keeping, { negateZ: true });
  const apart = (one: Step, another: Step) =>
    divergence(one, another, teacher.hiddenSize, NUM_STEPS, new RandomGenerator(seed));
  return {
    sameWeights: apart(stepOf(keeping), (x, h) => stepThatTakes(keeping, x, h)),
    negatedZ: apart(stepOf(keeping), (x, h) => stepThatTakes(negated, x, h)),
    otherReset: apart(stepOf(teacher), stepOf(other)),
  };
}

function stepOf(cell: nn.GRUCell): Step {
  return (x, h) => cell.forward(x, h);
}

/** What the same number means in the two conventions, and what its negated argument does. */
function whatZDoes(z: number): Table {
  const keep = (gate: number) => ((1 - gate) * NEW + gate * OLD).toFixed(3);
  const take = (gate: number) => (gate * NEW + (1 - gate) * OLD).toFixed(3);
  const argument = Math.log(z / (1 - z)); // z = σ(argument)
  const negated = 1 / (1 + Math.exp(argument)); // σ(−argument)
  return {
    title: `One unit: old state ${OLD}, new content ${String(NEW).replace("-", "−")}, z = ${z}`,
    columns: ["convention", "formula", "h′"],
    rows: [
      ["z keeps (PyTorch)", "(1 − z) · n + z · h", keep(z)],
      ["z takes (Chung et al. 2014)", "z · n + (1 − z) · h", take(z)],
      ["z takes, its argument negated", "z · n + (1 − z) · h", take(negated)],
    ],
  };
}

function series(name: string, role: Role, differences: number[], dashed = false): Series {
  const points = differences.map((value, step) => [step + 1, Math.max(value, FLOOR)] as const);
  return { name, role, points, dashed };
}

function imitation(name: string, errors: number[], dashed = false): Series {
  const points = errors.map((error, at) => [at * EVERY, Math.max(error, 1e-4)] as const);
  return { name, role: "gru", points, dashed };
}

function summaryOf({ sameWeights, negatedZ, otherReset }: Divergences, errors: Errors): string {
  const largest = (values: number[]) => {
    const value = Math.max(...values);
    return value < 0.01 ? value.toExponential(0) : value.toFixed(2);
  };
  const states =
    `Over ${NUM_STEPS} steps the states differ by up to ${largest(sameWeights)} between the ` +
    `conventions of z, by ${largest(negatedZ)} once its rows are negated, and by ` +
    `${largest(otherReset)} between the placements of the reset gate.`;
  const [other, same] = [errors.other.at(-1), errors.same.at(-1)];
  if (other === undefined || same === undefined) return states;
  return (
    `${states} Trained to imitate, the other placement keeps an error of ` +
    `${other.toFixed(4)}; the teacher's own comes down to ${same.toFixed(4)}.`
  );
}

function claimsOf(apart: Divergences, errors: Errors, hidden: number): Claim[] {
  const largest = (values: number[]) => Math.max(...values);
  const claims: Claim[] = [
    {
      says: "with the rows of z negated the states agree",
      observed: largest(apart.negatedZ),
      expected: [0, 1e-13],
    },
    {
      says: "with the same weights they do not",
      observed: largest(apart.sameWeights),
      expected: [0.1, 2],
    },
  ];
  if (hidden === 1) {
    claims.push({
      says: "on one unit the placements of the reset gate agree",
      observed: largest(apart.otherReset),
      expected: [0, 1e-13],
    });
  }
  // With two or three units some teachers hardly use what the other placement lacks.
  if (hidden >= 4) {
    claims.push(
      {
        says: "the other placement's best imitation keeps an error",
        observed: errors.other.at(-1)!,
        expected: [0.02, 0.2],
      },
      {
        says: "the teacher's own placement can be imitated",
        observed: errors.same.at(-1)!,
        expected: [0, 0.01],
      },
    );
  }
  return claims;
}
