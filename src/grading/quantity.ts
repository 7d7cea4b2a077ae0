const suffixes: Record<string, bigint> = { '': 1n, k: 10n ** 3n, M: 10n ** 6n, G: 10n ** 9n, T: 10n ** 12n, P: 10n ** 15n, E: 10n ** 18n };
const binary: Record<string, bigint> = { Ki: 1n << 10n, Mi: 1n << 20n, Gi: 1n << 30n, Ti: 1n << 40n, Pi: 1n << 50n, Ei: 1n << 60n };
const small: Record<string, bigint> = { n: 1n, u: 1000n, m: 1_000_000n };
const nano = 1_000_000_000n;

/**
 * A Kubernetes quantity in billionths, exactly: `128Mi`, `250m`, `1e3`, `0.5`. Undefined when it is none.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function nanosOf(text: string): bigint | undefined {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)$/.exec(text);
  if (!found) return undefined;
  const [, sign, whole = '', fraction = '', exponent, suffix = ''] = found;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(`${whole}${fraction}` || '0');
  const scale = 10n ** BigInt(fraction.length);
  const unit = suffix in small ? small[suffix]! : (binary[suffix] ?? suffixes[suffix]!) * nano;
  const power = Number(exponent ?? 0);
  const value = power >= 0 ? (digits * unit * 10n ** BigInt(power)) / scale : (digits * unit) / (scale * 10n ** BigInt(-power));
  return sign === '-' ? -value : value;
}
