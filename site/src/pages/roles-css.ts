/** @file The palette as CSS: one custom property and one class for each role, and the heat ramps. */

import { PALETTE, PAPER } from "../palette.ts";

const STEPS = 20;

export function rolesCss(): string {
  const roles = Object.entries(PALETTE);
  const properties = roles.map(
    ([role, { light, dark }]) => `--${role}:light-dark(${light},${dark});`,
  );
  const classes = roles.map(([role, { dash }]) => {
    return `.role-${role}{--role:var(--${role});--dash:${dash || "none"}}.${role}{color:var(--${role})}`;
  });
  return [
    `:root{--paper:light-dark(${PAPER.light},${PAPER.dark});${properties.join("")}}`,
    ...classes,
    ...ramp(),
  ].join("");
}

/** From paper to ink, and from orange through paper to blue. */
function ramp(): string[] {
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const share = (step / STEPS) * 100;
    const side = step < STEPS / 2 ? "--heat-below" : "--heat-above";
    const distance = (Math.abs(step - STEPS / 2) / (STEPS / 2)) * 100;
    return (
      `.heat-${step}{fill:color-mix(in oklab,var(--heat-full) ${share}%,var(--heat-none))}` +
      `.heat-d${step}{fill:color-mix(in oklab,var(${side}) ${distance}%,var(--heat-none))}`
    );
  });
}
