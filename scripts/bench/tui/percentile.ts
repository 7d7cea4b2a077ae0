/** The value that a portion of the values does not exceed. */
export const percentile = (values: readonly number[], portion: number): number =>
  [...values].sort((one, other) => one - other)[Math.ceil(values.length * portion) - 1] ?? Number.NaN;
