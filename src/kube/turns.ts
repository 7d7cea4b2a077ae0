/** Lets many act at a time, or one alone; whoever comes after one that waits to be alone waits too. */
export class Turns {
  readonly #together = new Set<Promise<unknown>>();
  #alone: Promise<unknown> = Promise.resolve();

  together<T>(act: () => Promise<T>): Promise<T> {
    const running = this.#alone.then(act);
    const ended: Promise<unknown> = running.catch(() => undefined).then(() => this.#together.delete(ended));
    this.#together.add(ended);
    return running;
  }

  alone<T>(act: () => Promise<T>): Promise<T> {
    const running = Promise.all([this.#alone, ...this.#together]).then(act);
    this.#alone = running.catch(() => undefined);
    return running;
  }
}
