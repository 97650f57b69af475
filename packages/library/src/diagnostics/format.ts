/**
 * @file Numbers in sentences.
 */

/** `0.31`, `3.4e-9`: two digits. */
export function exponent(value: number): string {
  if (value === 0 || (value >= 0.01 && value < 1000)) return String(Number(value.toPrecision(2)));
  return value.toExponential(1).replace(".0e", "e").replace("e+", "e");
}

/** `62 %` */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
