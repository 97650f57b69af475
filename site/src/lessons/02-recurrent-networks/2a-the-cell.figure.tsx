/** @file 2A, drawn: the cell as a picture, with the numbers of one step on its edges. */

import type { FigureProps } from "../../figure/about.ts";
import type { CellDetails, CellStep } from "./2a-the-cell.ts";
import { subscript } from "./subscript.ts";

const WIDTH = 340;
const HEIGHT = 330;
/** Columns: the state before, the cell, the state after. */
const [LEFT, MIDDLE, RIGHT] = [46, 170, 294];
const [STATE_Y, SUM_Y, INPUT_Y] = [64, 150, 286];

export function Figure({ findings, settings, setSetting }: FigureProps) {
  const steps = (findings?.details as CellDetails | undefined)?.steps ?? [];
  if (steps.length === 0) return null;
  const at = Math.min(Number(settings.step), steps.length);
  const before = at > 1 ? steps[at - 2].h : [0, 0];
  return (
    <div class="cell-figure">
      <Stepper {...{ steps, at }} go={(step) => setSetting("step", step)} />
      <Cell step={steps[at - 1]} before={before} at={at} />
    </div>
  );
}

function Stepper({ steps, at, go }: { steps: CellStep[]; at: number; go: (step: number) => void }) {
  return (
    <p class="stepper" role="group" aria-label="Step through the sentence">
      <button type="button" disabled={at === 1} onClick={() => go(at - 1)} aria-label="Step back">
        ←
      </button>
      {steps.map(({ word }, i) => (
        <button
          type="button"
          key={i}
          class="quiet"
          aria-pressed={i + 1 === at}
          onClick={() => go(i + 1)}
        >
          {word}
        </button>
      ))}
      <button
        type="button"
        disabled={at === steps.length}
        onClick={() => go(at + 1)}
        aria-label="Step forward"
      >
        →
      </button>
    </p>
  );
}

function Cell({ step, before, at }: { step: CellStep; before: number[]; at: number }) {
  const { word, x, fromInput, fromState, sum, h } = step;
  return (
    <svg
      class="drawing"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={
        `Step ${at}, “${word}”: W times x is ${says(fromInput)}, U times the state before is ` +
        `${says(fromState)}, their sum with b is ${says(sum)}, and its tanh, the new state, is ${says(h)}.`
      }
    >
      <g class="edges" aria-hidden="true">
        <Arrow from={[LEFT, STATE_Y + 34]} to={[MIDDLE - 34, SUM_Y]} />
        <Arrow from={[MIDDLE, INPUT_Y - 34]} to={[MIDDLE, SUM_Y + 26]} />
        <Arrow from={[MIDDLE, SUM_Y - 26]} to={[MIDDLE, STATE_Y + 18]} />
        <Arrow from={[MIDDLE + 36, STATE_Y]} to={[RIGHT - 40, STATE_Y]} />
      </g>
      <g aria-hidden="true">
        <Vector x={LEFT} y={STATE_Y} values={before} name={`h${subscript(at - 1)}`} />
        <Vector x={RIGHT} y={STATE_Y} values={h} name={`h${subscript(at)}`} isNew />
        <Vector x={MIDDLE} y={INPUT_Y} values={x} name={`x${subscript(at)}, “${word}”`} isBelow />
        <rect class="box" x={MIDDLE - 34} y={SUM_Y - 24} width="68" height="48" rx="24" />
        <text class="operation" x={MIDDLE} y={SUM_Y + 5}>
          + b
        </text>
        <rect class="box" x={MIDDLE - 36} y={STATE_Y - 18} width="72" height="36" rx="18" />
        <text class="operation" x={MIDDLE} y={STATE_Y + 5}>
          tanh
        </text>
        <Label x={LEFT + 2} y={SUM_Y + 2} name={`U·h${subscript(at - 1)}`} values={fromState} />
        <Label x={MIDDLE + 58} y={INPUT_Y - 76} name={`W·x${subscript(at)}`} values={fromInput} />
        <Label x={MIDDLE + 58} y={SUM_Y - 44} name="sum" values={sum} />
      </g>
    </svg>
  );
}

function Arrow({ from: [x1, y1], to: [x2, y2] }: { from: number[]; to: number[] }) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const back = (across: number) => `${x2 - 8 * ux - across * uy},${y2 - 8 * uy + across * ux}`;
  return (
    <>
      <line {...{ x1, y1, x2, y2 }} />
      <polygon points={`${x2},${y2} ${back(4)} ${back(-4)}`} />
    </>
  );
}

/** Two numbers in cells, shaded by their value: −1 to 1. */
function Vector(props: {
  x: number;
  y: number;
  values: number[];
  name: string;
  isNew?: boolean;
  isBelow?: boolean;
}) {
  const { x, y, values, name, isNew, isBelow } = props;
  return (
    <g class={isNew ? "vector is-new" : "vector"}>
      {values.map((value, i) => (
        <g key={i}>
          <rect x={x - 36} y={y - 30 + 30 * i} width="72" height="30" />
          <text class="number" x={x} y={y - 10 + 30 * i}>
            {number(value)}
          </text>
        </g>
      ))}
      <text class="name" x={x} y={isBelow ? y + 44 : y - 38}>
        {name}
      </text>
    </g>
  );
}

function Label({ x, y, name, values }: { x: number; y: number; name: string; values: number[] }) {
  return (
    <text class="edge-label" text-anchor="middle">
      <tspan x={x} y={y} class="name">
        {name}
      </tspan>
      {values.map((value, i) => (
        <tspan key={i} x={x} y={y + 17 * (i + 1)}>
          {number(value)}
        </tspan>
      ))}
    </text>
  );
}

function number(value: number): string {
  return value.toFixed(3).replace("-", "−");
}

function says(values: readonly number[]): string {
  return values.map(number).join(" and ");
}
