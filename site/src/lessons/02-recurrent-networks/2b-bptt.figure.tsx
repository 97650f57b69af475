/**
 * @file 2B, drawn: the unrolled network. States forward on top, δ back below, as far as the reader has
 * gone; wider than a phone, so it scrolls by itself.
 */

import { useEffect, useRef } from "preact/hooks";
import type { FigureProps } from "../../figure/about.ts";
import type { BpttDetails } from "./2b-bptt.ts";
import { subscript } from "./subscript.ts";

const STEP = 148;
const LEFT = 40;
const HEIGHT = 290;
const [LOSS_Y, STATE_Y, DELTA_Y, SHARE_Y] = [22, 92, 186, 262];

export function Figure({ findings, settings, setSetting }: FigureProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const details = findings?.details as BpttDetails | undefined;
  const T = details?.deltas.length ?? 0;
  const at = Math.max(1, Math.min(Number(settings.step), T));
  useEffect(() => {
    const box = scroll.current;
    if (box) box.scrollLeft = LEFT + (at - 0.5) * STEP - box.clientWidth / 2;
  }, [at, T]);
  if (!details) return null;

  const { deltas, shares, sums } = details;
  const width = LEFT + T * STEP + 20;
  return (
    <div class="bptt-figure">
      <p class="stepper" role="group" aria-label="Walk back through time">
        <button type="button" disabled={at === 1} onClick={() => setSetting("step", at - 1)}>
          ← one step back
        </button>
        <button type="button" disabled={at === T} onClick={() => setSetting("step", T)}>
          from the end
        </button>
      </p>
      <div
        ref={scroll}
        class="scroller"
        tabIndex={0}
        role="group"
        aria-label="The unrolled network; scrolls sideways"
      >
        <svg
          class="drawing"
          width={width}
          height={HEIGHT}
          viewBox={`0 0 ${width} ${HEIGHT}`}
          role="img"
          aria-label={
            `The network unrolled over ${T} steps. Gone back from step ${T} to step ${at}: ` +
            deltas
              .map((delta, t) => `delta ${t + 1} is ${vector(delta)}`)
              .slice(at - 1)
              .reverse()
              .join("; ")
          }
        >
          <g aria-hidden="true">
            {deltas.map((delta, t) => (
              <Step key={t} {...{ t, T, details, delta }} isReached={t + 1 >= at} />
            ))}
            <text class="edge-label" x={LEFT - 8} y={STATE_Y + 4} text-anchor="end">
              h₀
            </text>
          </g>
        </svg>
      </div>
      <p class="note">
        Gone back to step {at}: ∂L/∂W_hh so far, summed over steps {at} to {T}, has length{" "}
        <strong>{sums[at - 1].toPrecision(3)}</strong>; step {at} added a share of length{" "}
        {shares[at - 1].toPrecision(3)}.
      </p>
    </div>
  );
}

interface StepProps {
  t: number;
  T: number;
  details: BpttDetails;
  delta: number[];
  isReached: boolean;
}

function Step({ t, T, details: { h, losses, shares }, delta, isReached }: StepProps) {
  const x = LEFT + t * STEP + 66;
  const hasLoss = losses[t] > 0;
  return (
    <g>
      <g class="edges">
        <line x1={x - STEP + (t === 0 ? 82 : 56)} y1={STATE_Y} x2={x - 60} y2={STATE_Y} />
        <polygon
          points={`${x - 54},${STATE_Y} ${x - 62},${STATE_Y - 4} ${x - 62},${STATE_Y + 4}`}
        />
        {hasLoss && <line x1={x} y1={STATE_Y - 24} x2={x} y2={LOSS_Y + 10} />}
      </g>
      {hasLoss && (
        <text class="edge-label" x={x} y={LOSS_Y + 2} text-anchor="middle">
          L = {losses[t].toPrecision(3)}
        </text>
      )}
      <rect class="box" x={x - 54} y={STATE_Y - 24} width="108" height="48" rx="10" />
      <text class="number" x={x} y={STATE_Y - 4}>
        h{subscript(t + 1)}
      </text>
      <text class="small-number" x={x} y={STATE_Y + 14}>
        {vector(h[t])}
      </text>
      {isReached && (
        <g class="backward">
          <g class="edges">
            {t + 1 < T && (
              <>
                <line x1={x + STEP - 56} y1={DELTA_Y} x2={x + 60} y2={DELTA_Y} />
                <polygon
                  points={`${x + 54},${DELTA_Y} ${x + 62},${DELTA_Y - 4} ${x + 62},${DELTA_Y + 4}`}
                />
              </>
            )}
            <line x1={x} y1={DELTA_Y + 24} x2={x} y2={SHARE_Y - 14} />
          </g>
          <rect
            class="box"
            x={x - 54}
            y={DELTA_Y - 24}
            width="108"
            height="48"
            rx="10"
            style={{ strokeWidth: thickness(delta) }}
          />
          <text class="number" x={x} y={DELTA_Y - 4}>
            δ{subscript(t + 1)}
          </text>
          <text class="small-number" x={x} y={DELTA_Y + 14}>
            {vector(delta)}
          </text>
          <text class="edge-label" x={x} y={SHARE_Y + 2} text-anchor="middle">
            + {shares[t].toPrecision(2)}
          </text>
        </g>
      )}
    </g>
  );
}

/** Longer gradients have thicker frames, by powers of ten: 1 px at 0.001, 5 px at 10. */
function thickness(delta: readonly number[]): number {
  return Math.max(0.75, Math.min(5, 4 + Math.log10(Math.hypot(...delta))));
}

function vector(values: readonly number[]): string {
  return values.map((value) => short(value)).join(" ");
}

/** Two digits that matter, in as little room as possible. */
function short(value: number): string {
  const digits = Math.abs(value) >= 0.1 ? 1 : Math.abs(value) >= 0.01 ? 2 : 3;
  return value.toFixed(digits).replace("-", "−");
}
