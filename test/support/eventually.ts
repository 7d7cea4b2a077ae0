/**
 * Resolves once the condition holds; looks again whenever the event loop has turned, so nothing sleeps.
 * The test's own time-out is the bound; `what` is in the error when this one is reached first.
 */
export async function eventually(condition: () => boolean, what: string, boundMs = 5000): Promise<void> {
  const end = performance.now() + boundMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${boundMs} ms: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
