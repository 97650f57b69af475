/**
 * @file The hypotheses of a CTC beam search, as a tree: a node is a sequence of labels, its parent
 * the same without the last one.
 */

import { logAddExp } from "../losses/log-add-exp.ts";

/** `next…` are the same quantities one step later, while that step is worked on. */
export class Prefix {
  readonly parent: Prefix | null;
  /** The last label; −1 for the empty prefix, which has none. */
  readonly label: number;
  /** ln of the probability of all paths so far that spell this prefix and end in a blank … */
  endsInBlank = -Infinity;
  /** … or in its last label. */
  endsInLabel = -Infinity;
  nextBlank = -Infinity;
  nextLabel = -Infinity;
  /** Whether it is in the beam. A prefix outside it stays in the tree while longer ones need it. */
  isActive = false;
  /** What the language model and the length add to the score. */
  bonus = 0;
  /** The language model's state after the prefix. */
  state: unknown = undefined;
  readonly #children = new Map<number, Prefix>();

  constructor(parent: Prefix | null, label: number) {
    this.parent = parent;
    this.label = label;
  }

  /** ln of the probability that the steps so far spell this prefix. */
  get logProb(): number {
    return logAddExp(this.endsInBlank, this.endsInLabel);
  }

  get nextScore(): number {
    return logAddExp(this.nextBlank, this.nextLabel) + this.bonus;
  }

  child(label: number): Prefix | undefined {
    return this.#children.get(label);
  }

  addChild(label: number): Prefix {
    const child = new Prefix(this, label);
    this.#children.set(label, child);
    return child;
  }

  /** Takes it out of the beam, and out of the tree with all above it that nobody needs any more. */
  drop(): void {
    this.isActive = false;
    Prefix.#prune(this);
  }

  static #prune(prefix: Prefix): void {
    while (prefix.parent && !prefix.isActive && prefix.#children.size === 0) {
      prefix.parent.#children.delete(prefix.label);
      prefix = prefix.parent;
    }
  }

  labels(): number[] {
    return Prefix.#labelsTo(this);
  }

  static #labelsTo(prefix: Prefix): number[] {
    const labels: number[] = [];
    for (; prefix.parent; prefix = prefix.parent) labels.push(prefix.label);
    return labels.reverse();
  }
}
