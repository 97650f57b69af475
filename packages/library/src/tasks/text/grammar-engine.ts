/**
 * @file Probabilistic grammars whose exact entropy is known.
 *
 * A grammar maps names to weighted templates. In a template
 *
 *   {Noun}    stands for one of the templates called Noun, drawn by weight
 *   <         marks the character after it as a cue: it reveals a choice
 *   [a|i]     writes a, at a place that the last cue has decided; i is what the other cue would want
 *
 * With ℓ(t) the number of characters that template t writes itself, p its probability, and sums over
 * the templates of a name and the names inside a template,
 *
 *   length(A)  = Σ p·(ℓ(t) + Σ length(B))          characters
 *   entropy(A) = Σ p·(−ln p + Σ entropy(B))        nats
 *
 * Both are linear systems, solved exactly, so a template may use its own name, as long as it comes
 * to an end. The entropy is that of the derivations; it is that of the texts too if no text has two
 * derivations.
 */

import { ArgumentError } from "unrolled";

/** A template, or a template with its weight among those of the same name. A bare one weighs 1. */
export type Alternative = string | readonly [template: string, weight: number];

/** Name → what it may stand for. */
export type GrammarRules = Readonly<Record<string, readonly Alternative[]>>;

/** A place in a text that was decided earlier in the text. */
export interface DecidedPlace {
  /** Offset of the decided character. */
  position: number;
  /** Offset of the character that revealed the choice. */
  cue: number;
  /** The character that stands there. */
  correct: string;
  /** The character that would stand there had the choice been the other one. */
  wrong: string;
}

type Part =
  | { kind: "text"; text: string }
  | { kind: "name"; name: number }
  | { kind: "cue" }
  | { kind: "decided"; correct: string; wrong: string };

interface Production {
  probability: number;
  logProbability: number;
  parts: Part[];
}

/** How a stretch of text can end: where, how probable it is, in how many ways it can be derived. */
interface Parse {
  end: number;
  probability: number;
  derivations: number;
}

/** Keyed by start and name. */
type Parses = Map<number, Parse[] | "in progress">;

const PART = /\{(\w+)\}|<|\[(.)\|(.)\]|[^{}<[\]|]+/gsu;

/**
 * A probabilistic context-free grammar.
 *
 * @example
 * const coin = new Grammar({ Toss: ["heads ", ["tails ", 3]] }, "Toss");
 * coin.expectedLength(); // 6
 * coin.entropy().toFixed(4); // "0.5623"
 * coin.logProbability("tails "); // -0.2876820724517809
 */
export class Grammar {
  readonly #names: string[];
  readonly #start: number;
  readonly #productions: Production[][];

  /** A template may not begin with its own name (`A: ["{A}x"]`) if texts are to be read back. */
  constructor(rules: GrammarRules, start: string) {
    this.#names = Object.keys(rules);
    this.#start = this.#indexOf(start, "start");
    this.#productions = this.#names.map((name) => this.#compile(name, rules[name]));
  }

  #indexOf(name: string, usedIn: string): number {
    const index = this.#names.indexOf(name);
    if (index >= 0) return index;
    throw new ArgumentError(
      `Grammar: expected a rule called ${name} because ${usedIn} uses it, got rules for ${this.#names.join(", ")}.`,
    );
  }

  #compile(name: string, alternatives: readonly Alternative[]): Production[] {
    const weighted = alternatives.map((it) => (typeof it === "string" ? ([it, 1] as const) : it));
    const total = weighted.reduce((sum, [, weight]) => sum + weight, 0);
    return weighted.map(([template, weight]) => {
      if (!(weight > 0 && Number.isFinite(weight))) {
        throw new ArgumentError(
          `Grammar: expected a weight above 0 in ${name}, got ${weight} for ${JSON.stringify(template)}.`,
        );
      }
      return {
        probability: weight / total,
        logProbability: Math.log(weight / total),
        parts: this.#parse(name, template),
      };
    });
  }

  #parse(name: string, template: string): Part[] {
    const parts: Part[] = [];
    let read = 0;
    for (const match of template.matchAll(PART)) {
      const [text, reference, correct, wrong] = match;
      if (match.index !== read) break;
      read += text.length;
      if (reference !== undefined) {
        parts.push({ kind: "name", name: this.#indexOf(reference, name) });
      } else if (correct !== undefined) {
        parts.push({ kind: "decided", correct, wrong });
      } else {
        parts.push(text === "<" ? { kind: "cue" } : { kind: "text", text });
      }
    }
    if (read === template.length) return parts;
    throw new ArgumentError(
      `Grammar: expected text, {Name}, < and [a|b] in ${name}, got ${JSON.stringify(template.slice(read))}.`,
    );
  }

  /**
   * Draws one text. The places decided by an earlier cue are added to `places`, with offsets counted
   * from `offset`.
   */
  sample(generator: { random(): number }, places: DecidedPlace[] = [], offset = 0): string {
    let text = "";
    let cue = -1;
    const write = (name: number): void => {
      for (const part of this.#draw(name, generator).parts) {
        switch (part.kind) {
          case "text":
            text += part.text;
            break;
          case "name":
            write(part.name);
            break;
          case "cue":
            cue = offset + text.length;
            break;
          case "decided": {
            const { correct, wrong } = part;
            places.push({ position: offset + text.length, cue, correct, wrong });
            cue = offset + text.length;
            text += correct;
          }
        }
      }
    };
    write(this.#start);
    return text;
  }

  #draw(name: number, generator: { random(): number }): Production {
    const productions = this.#productions[name];
    let left = generator.random();
    for (const production of productions) {
      left -= production.probability;
      if (left < 0) return production;
    }
    return productions[productions.length - 1]; // left is a rounding error above 0
  }

  /** Expected number of characters (UTF-16 units) in one text. */
  expectedLength(): number {
    return this.#expectation(({ parts }) => {
      let length = 0;
      for (const part of parts) {
        if (part.kind === "text") length += part.text.length;
        if (part.kind === "decided") length += part.correct.length;
      }
      return length;
    });
  }

  /** Expected −ln p of one text, in nats: exact if no text has two derivations. */
  entropy(): number {
    return this.#expectation(({ logProbability }) => -logProbability);
  }

  /** Solves value(A) = Σ p·(own(production) + Σ value(B)) for all names; gives the start's value. */
  #expectation(own: (production: Production) => number): number {
    const n = this.#names.length;
    // (I − M)·value = constant, where M[a][b] is how often b is expected inside a.
    const matrix = this.#productions.map((productions, a) => {
      const row = new Float64Array(n + 1);
      row[a] = 1;
      for (const production of productions) {
        row[n] += production.probability * own(production);
        for (const part of production.parts) {
          if (part.kind === "name") row[part.name] -= production.probability;
        }
      }
      return row;
    });
    const values = solve(matrix);
    if (values === null || values.some((value) => !(value >= 0))) {
      throw new ArgumentError("Grammar: a rule repeats itself for ever; give it a way to end.");
    }
    return values[this.#start];
  }

  /** ln p of `text` as one text of this grammar; −∞ where it is none. */
  logProbability(text: string): number {
    return Math.log(this.#parseWhole(text)?.probability ?? 0);
  }

  /** In how many ways `text` can be derived: 1 for every text of an unambiguous grammar. */
  countDerivations(text: string): number {
    return this.#parseWhole(text)?.derivations ?? 0;
  }

  #parseWhole(text: string): Parse | undefined {
    const known: Parses = new Map();
    return this.#parsesFrom(this.#start, text, 0, known).find(({ end }) => end === text.length);
  }

  /** Every stretch of `text` from `start` on that `name` can stand for. */
  #parsesFrom(name: number, text: string, start: number, known: Parses): Parse[] {
    const key = start * this.#names.length + name;
    const found = known.get(key);
    if (found === "in progress") {
      throw new ArgumentError(
        `Grammar: ${this.#names[name]} begins with itself (left recursion), so a text cannot be read back.`,
      );
    }
    if (found) return found;
    known.set(key, "in progress");

    const parses: Parse[] = [];
    for (const { probability, parts } of this.#productions[name]) {
      let open: Parse[] = [{ end: start, probability, derivations: 1 }];
      for (const part of parts) {
        if (open.length === 0) break;
        if (part.kind === "cue") continue;
        if (part.kind === "name") {
          open = open.flatMap((before) =>
            this.#parsesFrom(part.name, text, before.end, known).map((after) => ({
              end: after.end,
              probability: before.probability * after.probability,
              derivations: before.derivations * after.derivations,
            })),
          );
        } else {
          const literal = part.kind === "text" ? part.text : part.correct;
          open = open
            .filter(({ end }) => text.startsWith(literal, end))
            .map((parse) => ({ ...parse, end: parse.end + literal.length }));
        }
      }
      for (const parse of open) {
        const same = parses.find(({ end }) => end === parse.end);
        if (same) {
          same.probability += parse.probability;
          same.derivations += parse.derivations;
        } else parses.push(parse);
      }
    }
    known.set(key, parses);
    return parses;
  }
}

/** Solves a linear system [n][n + 1] by elimination with row exchange; null if it has no solution. */
function solve(matrix: Float64Array[]): Float64Array | null {
  const n = matrix.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(matrix[row][column]) > Math.abs(matrix[pivot][column])) pivot = row;
    }
    [matrix[column], matrix[pivot]] = [matrix[pivot], matrix[column]];
    if (Math.abs(matrix[column][column]) < 1e-12) return null;
    for (let row = 0; row < n; row++) {
      if (row === column) continue;
      const factor = matrix[row][column] / matrix[column][column];
      if (factor === 0) continue;
      for (let k = column; k <= n; k++) matrix[row][k] -= factor * matrix[column][k];
    }
  }
  return Float64Array.from(matrix, (row, i) => row[n] / row[i]);
}
