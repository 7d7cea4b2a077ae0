import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/kube/turns.ts';

/** Acts that end when they are told to, and the order in which they began. */
function acts() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const act = (name: string, failure?: Error) => () => {
    begun.push(name);
    return new Promise<string>((done, fail) => ends.set(name, () => (failure ? fail(failure) : done(name))));
  };
  const end = async (...names: string[]) => {
    for (const name of names) ends.get(name)?.();
    await settled();
  };
  return { begun, act, end };
}
const settled = () => new Promise<void>((done) => setImmediate(done));

describe('turns', () => {
  it('lets many act together', async () => {
    const turns = new Turns();
    const { begun, act, end } = acts();
    const answers = [turns.together(act('a')), turns.together(act('b'))];
    await settled();
    expect(begun).toEqual(['a', 'b']);
    await end('b', 'a');
    expect(await Promise.all(answers)).toEqual(['a', 'b']);
  });

  it('lets one act alone: after those before it, and before those after it', async () => {
    const turns = new Turns();
    const { begun, act, end } = acts();
    void turns.together(act('a'));
    void turns.together(act('b'));
    void turns.alone(act('alone'));
    void turns.together(act('c'));
    await settled();
    expect(begun).toEqual(['a', 'b']);
    await end('a');
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'alone']);
    await end('alone');
    expect(begun).toEqual(['a', 'b', 'alone', 'c']);
  });

  it('goes on after one that failed', async () => {
    const turns = new Turns();
    const { begun, act, end } = acts();
    const broken = new Error('broken');
    const first = turns.together(act('a', broken));
    const second = turns.alone(act('b', broken));
    const third = turns.together(act('c'));
    const outcomes = Promise.allSettled([first, second, third]);
    await settled();
    await end('a');
    await end('b');
    await end('c');
    expect(begun).toEqual(['a', 'b', 'c']);
    expect((await outcomes).map((one) => one.status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  });
});
