/**
 * @file The two 16-bit formats that weights are stored in, to float32 and back.
 *
 *   float16    1 sign · 5 exponent · 10 fraction     finer, up to 65504
 *   bfloat16   1 sign · 8 exponent ·  7 fraction     the upper half of a float32
 *
 * Both give way to the nearest value, ties to even, as PyTorch and NumPy do.
 */

export function float16ToFloat32(bits: Uint16Array): Float32Array {
  const out = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const exponent = (bits[i] >> 10) & 0x1f;
    const fraction = bits[i] & 0x3ff;
    let size: number;
    if (exponent === 0) size = fraction * 2 ** -24;
    else if (exponent === 31) size = fraction ? NaN : Infinity;
    else size = (1024 + fraction) * POWER_OF_TWO[exponent];
    out[i] = bits[i] & 0x8000 ? -size : size;
  }
  return out;
}

/** 2 ** (exponent − 25): what one unit of a float16's 11 digits is worth. */
const POWER_OF_TWO = Float64Array.from({ length: 31 }, (_, exponent) => 2 ** (exponent - 25));

export function float32ToFloat16(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  const asBits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) {
    const sign = (asBits[i] >>> 16) & 0x8000;
    out[i] = sign | float16Size(Math.abs(values[i]), (asBits[i] >>> 23) & 0xff);
  }
  return out;
}

/** The 15 lower bits for x ≥ 0; `exponent` is that of x as float32. A carry goes where it should. */
function float16Size(x: number, exponent: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  if (x >= 65520) return 0x7c00;
  if (exponent < 113) return roundToEven(x * 2 ** 24);
  return ((exponent - 113) << 10) + roundToEven(x * 2 ** (137 - exponent));
}

function roundToEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}

export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const out = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = bits[i] << 16;
  return new Float32Array(out.buffer);
}

export function float32ToBfloat16(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  const asBits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) {
    const bits = asBits[i];
    const isNaN = (bits & 0x7fffffff) > 0x7f800000;
    out[i] = isNaN ? 0x7fc0 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  }
  return out;
}
