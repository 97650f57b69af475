import { describe, expect, test } from "vitest";
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from "./half-precision.ts";

const ALL = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

describe.each([
  ["float16", float16ToFloat32, float32ToFloat16],
  ["bfloat16", bfloat16ToFloat32, float32ToBfloat16],
])("%s", (_, widen, narrow) => {
  test("every one of the 65536 values survives the way to float32 and back", () => {
    const wide = widen(ALL);
    const again = narrow(wide);
    for (const bits of ALL) {
      // Any NaN stands for any other.
      if (Number.isNaN(wide[bits])) expect(widen(again.subarray(bits, bits + 1))[0]).toBeNaN();
      else if (again[bits] !== bits) expect([bits, again[bits]]).toEqual([bits, bits]);
    }
  });

  test("whatever lies between two values goes to the nearer, and from the middle to the even one", () => {
    const wide = widen(ALL);
    for (const bits of ALL) {
      const [low, high] = [wide[bits], wide[bits + 1]];
      if (!Number.isFinite(low) || !Number.isFinite(high) || Math.sign(low) * Math.sign(high) < 0) {
        continue;
      }
      const between = Float32Array.of(
        low + (high - low) * 0.25,
        low + (high - low) * 0.5,
        low + (high - low) * 0.75,
      );
      const even = bits % 2 === 0 ? bits : bits + 1;
      const got = narrow(between);
      const expected = [bits, even, bits + 1];
      if (expected.some((want, i) => want !== got[i])) expect([...got]).toEqual(expected);
    }
  });
});

test("values as IEEE 754 gives them", () => {
  // prettier-ignore
  const values = [0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x0400, 0x3555, 0x7c00, 0xfc00];
  expect([...float16ToFloat32(Uint16Array.from(values))]).toEqual([
    0,
    -0,
    1,
    -2,
    65504,
    2 ** -24,
    1023 * 2 ** -24,
    2 ** -14,
    0.333251953125,
    Infinity,
    -Infinity,
  ]);
  expect([...float32ToFloat16(Float32Array.of(65519, 65520, -1e9, 1e-9, -1e-9))]).toEqual([
    0x7bff, 0x7c00, 0xfc00, 0x0000, 0x8000,
  ]);
  expect([...float32ToBfloat16(Float32Array.of(3.4028235e38, NaN, -NaN))]).toEqual([
    0x7f80, 0x7fc0, 0x7fc0,
  ]);
});
