// How numbers are written: four significant digits and a true minus, the same text as in autodiff/numbers.py.

const DIGITS = 4, ROUND_OFF = 1e-12;

/** @param {number} x @param {number} scale  a residue far below it is written as 0 @returns {string} */
export function numberText(x, scale = 0) {
  if (!Number.isFinite(x)) return String(x).replace("NaN", "nan").replace("Infinity", "inf").replace("-", "−");
  if (x === 0 || Math.abs(x) < scale * ROUND_OFF) return "0";
  const [mantissa, power] = roundedEven(x).split("e"), exponent = Number(power);
  const plain = exponent >= -4 && exponent < DIGITS;
  const text = plain ? String(Number(`${mantissa}e${power}`)) : `${Number(mantissa)}e${exponent}`;
  return text.replaceAll("-", "−");
}

/** The digits, rounded to the nearest; what lies exactly half way goes to the even one, as Python has it. */
function roundedEven(x) {
  const [exact, power] = x.toExponential(40).split("e");
  const half = /^(-?\d\.\d\d[02468])50*$/.exec(exact);
  return half ? `${half[1]}e${power}` : x.toExponential(DIGITS - 1);
}

/** The largest finite magnitude. @param {number[]} numbers */
export const scaleOf = (...numbers) =>
  numbers.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
