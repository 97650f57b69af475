/**
 * @file Where diagnostics look into recurrent layers: while an observer is set, layers run step by
 * step through the tape, and the formulas of `steps.ts` show it what is inside of a step.
 *
 * Without one, which is nearly always, a layer pays for a comparison with null. The observer brings
 * what it needs along (see `diagnostics/`), so that a model without diagnostics does not load it.
 */

import { linear } from "../../tensor/ops/matmul.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Module } from "../module.ts";
import type { FusedCall } from "./fused-call.ts";
import type { StepsCall } from "./run-steps.ts";
import type { LayerResult } from "./stacked-layer.ts";
import type { TimeSteps } from "./time-steps.ts";

/** x [batch, features] and every tensor of the state, [batch, …], give the state after the step. */
export type Step = (x: Tensor, state: Tensor[]) => Tensor[];

/** A layer of a module, in one direction: 0 is forward, 1 is reverse. */
export interface Place {
  readonly module: Module;
  readonly layer: number;
  readonly direction: number;
}

/** What an observer makes of a layer's run: the state to begin with, and its own way to take a step. */
export interface ObservedRun {
  readonly before: Tensor[];
  step(t: number, x: Tensor, state: Tensor[]): Tensor[];
}

/** The function that makes a gate of its sum. */
export type GateKind = "sigmoid" | "tanh" | "relu" | "linear";

/** sum = x·Wᵀ + b, of the rows of W from `fromRow` on. */
export interface ObservedProduct {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly fromRow: number;
  readonly sum: Tensor;
}

export interface Observer {
  /** Runs what would be one fused node. */
  unroll(call: FusedCall): LayerResult;
  /** Runs a layer that goes step by step in its own way; left out, as usual. */
  run?(call: StepsCall): LayerResult;
  begin(place: Place, step: Step, steps: TimeSteps, before: Tensor[]): ObservedRun;
  /** What follows is given; the three below come from inside of a step. */
  product(product: ObservedProduct): Tensor;
  gate(name: string, kind: GateKind, sum: Tensor, value: Tensor): void;
  cell(c: Tensor): Tensor;
}

let current: Observer | null = null;

export function observer(): Observer | null {
  return current;
}

/** Runs `body` with another observer, or with none. */
export function withObserver<T>(other: Observer | null, body: () => T): T {
  const before = current;
  current = other;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** x·Wᵀ + b, of the rows from `fromRow` on. */
export function observedLinear(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  fromRow = 0,
): Tensor {
  const rows = (t: Tensor) => (fromRow === 0 ? t : t.slice(0, fromRow));
  const sum = linear(x, rows(weight), bias && rows(bias));
  return current === null ? sum : current.product({ x, weight, fromRow, sum });
}

/** A gate's value, or what is written, after its function; `sum` is before it. */
export function observedGate(name: string, kind: GateKind, sum: Tensor, value: Tensor): Tensor {
  current?.gate(name, kind, sum, value);
  return value;
}

/** An LSTM's cell after the step, before h is made of it. */
export function observedCell(c: Tensor): Tensor {
  return current === null ? c : current.cell(c);
}
