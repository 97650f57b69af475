/**
 * @file 4A's own figure: the step as a diagram, each gate in its colour, the numbers of all three
 * units where they flow; and below it the fifteen numbers that can be set.
 */

import type { Role } from "../../experiments/plot.ts";
import type { FigureProps } from "../../figure/about.ts";
import { INPUTS, UNITS, type InputName, type StepDetails } from "./4a-one-step.ts";

export const hasOwnKnobs = true;

const [WIDTH, HEIGHT] = [360, 274];
/** A number's cell. */
const [CELL_WIDTH, CELL_HEIGHT] = [50, 16];

export function Figure({ findings, settings, setSetting }: FigureProps) {
  const details = findings?.details as StepDetails | undefined;
  const inputs = (name: InputName) => UNITS.map((unit) => Number(settings[`${name}${unit}`]));
  const { kept, written, c, shown, h } = details ?? {};
  return (
    <>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`The step as a diagram. ${findings?.summary ?? ""}`}
        style="display:block;width:100%;max-width:36rem;margin:0 auto"
        font-size="11.5"
        text-anchor="middle"
        fill="currentColor"
      >
        {/* Along the top the cell state, from the gates below what changes it, on the right what is shown. */}
        <g fill="none" stroke="currentColor" opacity="0.65">
          <path d="M52 48H76M92 48H104M154 48H172M188 48H202" />
          <path d="M252 48H280V92M280 140V152M288 160H308" />
          <path d="M84 200V56M150 200V160H172M210 200V160H188M180 152V140M180 92V56M280 200V168" />
        </g>
        <Operation x={84} y={48} sign="×" />
        <Operation x={180} y={48} sign="+" />
        <Operation x={180} y={160} sign="×" />
        <Operation x={280} y={160} sign="×" />

        <Vector x={2} y={24} label="C₋₁" values={inputs("c")} role="lstm" />
        <Vector x={104} y={24} label="f ⊙ C₋₁" values={kept} role="forget-gate" />
        <Vector x={202} y={24} label="C" values={c} role="lstm" />
        <Vector x={155} y={92} label="i ⊙ C̃" values={written} role="input-gate" isAside />
        <Vector x={255} y={92} label="tanh C" values={shown} role="lstm" isAside />
        <Vector x={308} y={147} label="h" values={h} role="output-gate" />

        <Vector x={59} y={200} label="forget f" values={inputs("f")} role="forget-gate" isGate />
        <Vector x={125} y={200} label="input i" values={inputs("i")} role="input-gate" isGate />
        <Vector x={185} y={200} label="new C̃" values={inputs("g")} role="cell-gate" isGate />
        <Vector x={255} y={200} label="output o" values={inputs("o")} role="output-gate" isGate />
      </svg>
      <Inputs settings={settings} setSetting={setSetting} />
    </>
  );
}

function Operation({ x, y, sign }: { x: number; y: number; sign: string }) {
  return (
    <g>
      <circle cx={x} cy={y} r="8" fill="none" stroke="currentColor" />
      <text x={x} y={y + 4.5} font-size="13">
        {sign}
      </text>
    </g>
  );
}

interface VectorProps {
  x: number;
  y: number;
  label: string;
  /** One number for each unit; unknown before the first run. */
  values: readonly number[] | undefined;
  role: Role;
  /** The label stands below. */
  isGate?: boolean;
  /** The label stands to the left, where a line comes in from above. */
  isAside?: boolean;
}

/** Three numbers, one above the other: the fuller a cell, the larger its number. */
function Vector({ x, y, label, values, role, isGate = false, isAside = false }: VectorProps) {
  const bottom = y + CELL_HEIGHT * UNITS.length;
  const at = isAside
    ? { x: x - 4, y: y + 12, "text-anchor": "end" }
    : { x: x + CELL_WIDTH / 2, y: isGate ? bottom + 13 : y - 6 };
  return (
    <g class={`role-${role}`}>
      <text {...at} style="fill:var(--role)" font-weight="600">
        {label}
      </text>
      {UNITS.map((unit, row) => {
        const value = values?.[row];
        const top = y + row * CELL_HEIGHT;
        return (
          <g key={unit}>
            <rect
              x={x}
              y={top}
              width={CELL_WIDTH}
              height={CELL_HEIGHT}
              style="fill:var(--role);stroke:var(--role)"
              fill-opacity={value === undefined ? 0 : 0.45 * Math.min(1, Math.abs(value))}
            />
            <text x={x + CELL_WIDTH / 2} y={top + 12.2}>
              {value === undefined ? "·" : shortened(value)}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** As many digits as the chapter prints, and a minus that is as wide as a plus. */
function shortened(value: number): string {
  return String(Number(value.toFixed(3))).replace("-", "−");
}

function Inputs({ settings, setSetting }: Pick<FigureProps, "settings" | "setSetting">) {
  return (
    <table class="needs-script" style="margin:1rem auto 0">
      <thead>
        <tr>
          <td />
          {UNITS.map((unit) => (
            <th key={unit} scope="col">
              unit {unit}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {INPUTS.map(({ name, label, role, limits: [min, max] }) => (
          <tr key={name}>
            <th scope="row" class={role} style="text-align:left">
              {label}
            </th>
            {UNITS.map((unit) => (
              <td key={unit}>
                <input
                  type="number"
                  aria-label={`${label}, unit ${unit}`}
                  style="width:4.6em"
                  {...{ min, max, step: 0.05 }}
                  value={Number(settings[`${name}${unit}`])}
                  onChange={({ currentTarget }) => {
                    const value = currentTarget.valueAsNumber;
                    if (value >= min && value <= max) setSetting(`${name}${unit}`, value);
                  }}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
