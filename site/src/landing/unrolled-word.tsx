/** @file A word going through a recurrent layer: h₀ → h₁ → …, one column for each letter. */

import { heatClass } from "../components/plots/heat-map.tsx";
import type { CellName } from "./unrolled-states.ts";

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
/** tanh's range; the states of a fresh layer fill about this part of it. */
const DOMAIN = [-0.7, 0.7] as const;

export function UnrolledWord({
  word,
  cell,
  states,
}: {
  word: string;
  cell: CellName;
  states: readonly (readonly number[])[];
}) {
  return (
    <div class={`unrolled-word role-${cell.toLowerCase()}`}>
      <ol aria-label={`The states of the ${cell} while it reads “${word}”`} tabIndex={0}>
        {states.map((state, t) => (
          <li key={`${t}${word[t - 1]}${cell}`} style={`--t:${t}`}>
            <svg class="state" viewBox={`0 0 10 ${state.length * 10}`} aria-hidden="true">
              {state.map((value, unit) => (
                <rect
                  key={unit}
                  class={heatClass(value, DOMAIN)}
                  x="0.5"
                  y={unit * 10 + 0.5}
                  width="9"
                  height="9"
                />
              ))}
            </svg>
            <span class="state-name">h{subscript(t)}</span>
            <span class="cell-node" aria-hidden="true" />
            <span class="letter">{t === 0 ? "" : word[t - 1] === " " ? "␣" : word[t - 1]}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function subscript(n: number): string {
  return String(n).replace(/\d/g, (digit) => SUBSCRIPTS[Number(digit)]);
}
