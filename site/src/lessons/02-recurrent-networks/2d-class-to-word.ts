/**
 * @file One to many: a kind (elf, dwarf, dragon) becomes a name, letter by letter. The kind is the
 * first hidden state; every letter written is the next input.
 */

import { manualSeed, nn, noGrad, optim, padSequence, RandomGenerator } from "unrolled";
import { sampleToken, tensor, type Tensor } from "unrolled";
import { isOfKind, KINDS, randomName } from "../../../../examples/made-up-names.ts";
import { inPieces, percent, type Progress, type Variant } from "./2d-variant.ts";

const LETTERS = ["<pad>", "<start>", "<end>", ...Array.from("abcdefghijklmnopqrstuvwxyz")];
const [PADDING, START, END] = [0, 1, 2];
const LONGEST = 14;
const STEPS = 200;
const BATCH = 64;
/** Names to learn from, as many of each kind. */
const LISTED = 240;
const HIDDEN = 48;

class Namer extends nn.Module {
  readonly kinds = new nn.Embedding(KINDS.length, HIDDEN);
  readonly letters = new nn.Embedding(LETTERS.length, 16);
  readonly gru = new nn.GRU(16, HIDDEN, { batchFirst: true });
  readonly head = new nn.Linear(HIDDEN, LETTERS.length);

  /** The state that a name begins with: [1, batch, HIDDEN]. */
  start(kinds: Tensor): Tensor {
    return this.kinds.forward(kinds).unsqueeze(0);
  }

  /** letters [batch, seq] → logits [batch, seq, letters], and the state after them. */
  forward(letters: Tensor, h: Tensor): [logits: Tensor, h: Tensor] {
    const [output, hN] = this.gru.forward(this.letters.forward(letters), h);
    return [this.head.forward(output), hN];
  }
}

export function* classToWord({ seed }: { seed: number }): Variant {
  const generator = new RandomGenerator(seed);
  const list = Array.from({ length: LISTED }, (_, i) => {
    const kind = i % KINDS.length;
    return { kind, name: randomName(kind, generator) };
  });
  const { ids, shape } = padSequence(
    list.map(({ name }) => [START, ...Array.from(name, (it) => LETTERS.indexOf(it)), END]),
  );
  const names = tensor(ids, { shape });
  const kinds = tensor(list.map(({ kind }) => kind));

  manualSeed(seed);
  const model = new Namer();
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  const curve: [number, number][] = [];
  const asked = Array.from({ length: 90 }, (_, i) => i % KINDS.length);
  const rightNow = () => {
    const found = write(model, asked, new RandomGenerator(seed));
    return found.filter((name, i) => isOfKind(asked[i], name)).length / found.length;
  };
  const now = (progress: number): Progress => ({
    progress,
    score: `${percent(curve.at(-1)![1])} of the names that it invents are of the kind that was asked for.`,
    plots: [
      {
        kind: "lines",
        title: "Invented names of the right kind",
        x: { label: "training steps", domain: [0, STEPS] },
        y: { label: "share", domain: [0, 1] },
        series: [{ name: "GRU", role: "gru", points: curve }],
      },
    ],
  });

  curve.push([0, rightNow()]);
  yield now(0);
  const training = inPieces(STEPS, STEPS / 10, () => {
    const rows = tensor(generator.permutation(LISTED).slice(0, BATCH));
    const batch = names.indexSelect(0, rows);
    const start = model.start(kinds.indexSelect(0, rows));
    const [logits] = model.forward(batch.slice(1, 0, -1), start);
    const expected = batch.slice(1, 1).flatten();
    const loss = nn.crossEntropy(logits.flatten(0, 1), expected, { ignoreIndex: PADDING });
    optimizer.zeroGrad();
    loss.backward();
    nn.utils.clipGradNorm(model.parameters(), 1);
    optimizer.step();
  });
  for (const done of training) {
    curve.push([done, rightNow()]);
    if (done < STEPS) yield now(done / STEPS);
  }

  const known = new Set(list.map(({ name }) => name));
  return {
    ...now(1),
    claims: [
      {
        says: "share of invented names that are of the kind asked for",
        observed: curve.at(-1)![1],
        expected: [0.9, 1], // Seeds 1–10: 0.978 to 1.000
      },
    ],
    answer(input) {
      const kind = KINDS.findIndex((name) => name === input.trim().toLowerCase());
      const wanted = kind < 0 ? KINDS.map((_, i) => i) : [kind];
      const found = wanted.map((it) => {
        return write(model, new Array<number>(6).fill(it), new RandomGenerator(seed));
      });
      return {
        says:
          kind >= 0 || input === ""
            ? `For “${KINDS[wanted[0]]}” it writes ${found[0].slice(0, 3).join(", ")}.`
            : `It knows no “${input}”; ask for ${KINDS.join(", ")}.`,
        table: {
          title: "Kind in, name out (in brackets: it is on the list)",
          columns: ["kind", "names"],
          rows: wanted.map((it, i) => [
            KINDS[it],
            found[i].map((name) => (known.has(name) ? `(${name})` : name)).join(", "),
          ]),
        },
      };
    },
  };
}

/** One name for each of `kinds`, drawn letter by letter. */
function write(model: Namer, kinds: readonly number[], generator: RandomGenerator): string[] {
  return noGrad(() => {
    const names = kinds.map(() => "");
    const isOpen = kinds.map(() => true);
    let h = model.start(tensor([...kinds]));
    let letters = kinds.map(() => START);
    for (let length = 0; length < LONGEST && isOpen.includes(true); length++) {
      const [logits, next] = model.forward(tensor(letters).unsqueeze(1), h);
      h = next;
      letters = kinds.map((_, row) => {
        const scores = logits.select(0, row).flatten().data;
        return sampleToken(scores, { temperature: 0.7, generator });
      });
      letters.forEach((letter, row) => {
        isOpen[row] &&= letter !== END;
        if (isOpen[row]) names[row] += LETTERS[letter];
      });
    }
    return names;
  });
}
