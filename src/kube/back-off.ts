/**
 * Delays that double up to a cap; each is drawn from its upper half, so that many watches that broke together do not return together.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("equal jitter")
 */
export class BackOff {
  readonly #firstMs: number;
  readonly #capMs: number;
  readonly #random: () => number;
  #failures = 0;

  constructor(firstMs: number, capMs: number, random: () => number) {
    this.#firstMs = firstMs;
    this.#capMs = capMs;
    this.#random = random;
  }

  nextMs(): number {
    const whole = Math.min(this.#capMs, this.#firstMs * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 30);
    return Math.round(whole / 2 + (whole / 2) * this.#random());
  }

  reset(): void {
    this.#failures = 0;
  }
}
