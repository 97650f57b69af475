/**
 * @file 2C, drawn: a typed text, and under each character the states after it. Wider than a phone, so
 * it scrolls by itself.
 */

import { heatClass, HeatScale } from "../../components/plots/heat-map.tsx";
import type { FigureProps } from "../../figure/about.ts";
import type { CharacterDetails } from "./2c-character-model.ts";

const CELL = 15;
const ROW = 9;
const TOP = 78;
const LEFT = 62;
/** A surprise of so many nats fills the room above a character. */
const MOST = 6;
const STATES = [-1, 1] as const;

export function Figure({ findings }: FigureProps) {
  const details = findings?.details as CharacterDetails | undefined;
  if (!details || details.text === "") return null;
  const characters = Array.from(details.text);
  const { states, units, surprise } = details;
  const width = LEFT + characters.length * CELL + 4;
  const height = TOP + units.length * ROW + 4;
  return (
    <div class="character-figure">
      <p class="note" id="reading-2c">
        “{details.text}”, as the network reads it. Above each character, how much it was surprised
        by it; below, the {units.length} units that move most, −1 to 1.
      </p>
      <div class="scroller" tabIndex={0} role="group" aria-labelledby="reading-2c">
        <svg
          class="drawing"
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={
            "Surprise in nats, character by character: " +
            characters.map((it, i) => `${it} ${surprise[i].toFixed(1)}`).join(", ")
          }
        >
          <g aria-hidden="true">
            <text class="edge-label" x="0" y="40">
              surprise
            </text>
            <text class="edge-label" x="0" y={TOP + 12}>
              units
            </text>
            {characters.map((character, i) => {
              const x = LEFT + i * CELL;
              const tall = (48 * Math.min(MOST, surprise[i])) / MOST;
              return (
                <g key={i}>
                  <rect class="surprise" x={x + 2} y={52 - tall} width={CELL - 4} height={tall} />
                  <text class="character" x={x + CELL / 2} y="68">
                    {character === " " ? "·" : character}
                  </text>
                  {states.map((row, unit) => (
                    <rect
                      key={unit}
                      class={heatClass(row[i], STATES)}
                      x={x}
                      y={TOP + unit * ROW}
                      width={CELL + 0.3}
                      height={ROW + 0.3}
                    >
                      <title>{`unit ${units[unit]}: ${row[i].toFixed(2)}`}</title>
                    </rect>
                  ))}
                </g>
              );
            })}
          </g>
        </svg>
      </div>
      <HeatScale domain={STATES} />
    </div>
  );
}
