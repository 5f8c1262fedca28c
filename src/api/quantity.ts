/**
 * Resource quantities (k8s.io/apimachinery `pkg/api/resource`): a decimal number with a suffix of thousands (n u m k M G T P E), of 1024s
 * (Ki Mi Gi Ti Pi Ei) or an exponent. Values are thousandths, computed exactly and rounded up, as MilliValue() does; beyond 2^53
 * thousandths (8 Ti of memory in bytes) the last digits are lost.
 */
const QUANTITY = /^([+-]?)(\d+\.?\d*|\.\d+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d{1,2})?$/;
const THOUSANDS = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Thousandths of a unit, rounded up; undefined when `text` is not a quantity. */
export function parseQuantity(text: string): number | undefined {
  const m = QUANTITY.exec(text);
  if (m === null) return undefined;
  const [, sign = '', digits = '', suffix = ''] = m;
  const dot = digits.indexOf('.');
  const fraction = dot < 0 ? 0 : digits.length - dot - 1;
  const { ten, two } = powersOf(suffix);
  // value × 1000 = mantissa × 10^(ten + 3 − fraction) × 2^two
  const mantissa = BigInt(digits.replace('.', '')) << BigInt(two);
  const power = ten + 3 - fraction;
  const magnitude = power >= 0 ? Number(mantissa * 10n ** BigInt(power)) : divideUp(mantissa, 10n ** BigInt(-power), sign === '-');
  return sign === '-' && magnitude !== 0 ? -magnitude : magnitude;
}

function powersOf(suffix: string): { ten: number; two: number } {
  const binary = BINARY.indexOf(suffix);
  if (binary >= 0) return { ten: 0, two: 10 * (binary + 1) };
  const thousand = THOUSANDS.indexOf(suffix);
  return { ten: thousand >= 0 ? 3 * (thousand - 3) : Number(suffix.slice(1)), two: 0 };
}

/** Rounds away from zero where positive, towards zero where negative: always up. */
function divideUp(a: bigint, b: bigint, negative: boolean): number {
  return Number(negative ? a / b : (a + b - 1n) / b);
}

/** Thousandths of a quantity that validation has passed; 0 where it is absent or not a quantity. */
export function milliOf(text: string | undefined): number {
  return text === undefined ? 0 : (parseQuantity(text) ?? 0);
}

/** Whole units, rounded up, of a quantity that validation has passed: bytes of memory, count of pods. */
export function unitsOf(text: string | undefined): number {
  return Math.ceil(milliOf(text) / 1000);
}

/** `500m`, `2`: thousandths as text. */
export function formatMilli(milli: number): string {
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}
