/**
 * @file Dots in the terminal: each character holds two by four of them (Unicode's braille).
 */

/** The bit of each dot in a character, `[row][column]`. */
const BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];
const EMPTY = 0x2800;

export class DotCanvas<Ink> {
  /** In dots. */
  readonly width: number;
  readonly height: number;
  private readonly cells: { bits: number; ink: Ink | null }[][];

  /** So many characters wide and high. */
  constructor(columns: number, rows: number) {
    this.width = columns * 2;
    this.height = rows * 4;
    this.cells = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => ({ bits: 0, ink: null })),
    );
  }

  /** Where two lines share a character, the later one gives it its colour. */
  dot(x: number, y: number, ink: Ink): void {
    const [column, row] = [Math.round(x), Math.round(y)];
    const cell = this.cells[row >> 2]?.[column >> 1];
    if (!cell || column < 0 || row < 0) return;
    cell.bits |= BITS[row & 3][column & 1];
    cell.ink = ink;
  }

  line(x0: number, y0: number, x1: number, y1: number, ink: Ink): void {
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
    for (let step = 0; step <= steps; step++) {
      const share = step / steps;
      this.dot(x0 + (x1 - x0) * share, y0 + (y1 - y0) * share, ink);
    }
  }

  /** Line by line; `paint` colours the characters of one ink. */
  toLines(paint: (text: string, ink: Ink) => string): string[] {
    return this.cells.map((row) => {
      return row
        .map(({ bits, ink }) => {
          const character = bits === 0 ? " " : String.fromCharCode(EMPTY + bits);
          return ink === null ? character : paint(character, ink);
        })
        .join("");
    });
  }
}
