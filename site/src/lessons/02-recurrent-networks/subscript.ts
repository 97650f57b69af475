/** `subscript(12)` is `"₁₂"`. */
export function subscript(index: number): string {
  return String(index).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]);
}
