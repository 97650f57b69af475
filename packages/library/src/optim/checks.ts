/**
 * @file What an optimizer's settings may be.
 */

import { ArgumentError } from "../core/errors.ts";

export function checkPositive(where: string, option: string, value: number, hint = ""): void {
  if (value > 0 && value < Infinity) return;
  throw new ArgumentError(`${where}: expected ${option} above 0, got ${String(value)}.${hint}`);
}

export function checkNotNegative(where: string, option: string, value: number): void {
  if (value >= 0 && value < Infinity) return;
  throw new ArgumentError(`${where}: expected ${option} to be 0 or more, got ${String(value)}.`);
}

/** The share of the past that a running average keeps: 0 ≤ value < 1. */
export function checkDecay(where: string, option: string, value: number): void {
  if (value >= 0 && value < 1) return;
  throw new ArgumentError(
    `${where}: expected ${option} to be at least 0 and below 1, got ${String(value)}.`,
  );
}

export function checkBetas(where: string, betas: readonly [number, number]): void {
  if (!Array.isArray(betas) || betas.length !== 2) {
    throw new ArgumentError(
      `${where}: expected betas to be two numbers such as [0.9, 0.999], got ${String(betas)}.`,
    );
  }
  betas.forEach((beta, i) => checkDecay(where, `betas[${i}]`, beta));
}
