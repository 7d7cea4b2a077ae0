/** A signal that aborts with its parents or after a while, and leaves no listener on them behind. */
export interface Bounded extends Disposable {
  signal: AbortSignal;
  /** Its time was up. */
  readonly expired: boolean;
}

/** `AbortSignal.any` keeps what it made alive as long as its parents live; a session's signal lives for hours. */
export function bounded(parents: readonly (AbortSignal | undefined)[], boundMs?: number): Bounded {
  const controller = new AbortController();
  let expired = false;
  const abort = () => controller.abort();
  const timer =
    boundMs === undefined
      ? undefined
      : setTimeout(() => {
          expired = true;
          abort();
        }, boundMs);
  for (const parent of parents) {
    if (parent?.aborted) abort();
    else parent?.addEventListener('abort', abort);
  }
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const parent of parents) parent?.removeEventListener('abort', abort);
    },
  };
}

/** Waits for what cannot be cancelled (a credential plug-in) no longer than the signal allows. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
