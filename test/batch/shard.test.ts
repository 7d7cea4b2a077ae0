import { describe, expect, it } from 'vitest';
import { parseShard, shardOf } from '../../src/batch/shard.ts';

describe('a shard', () => {
  it('takes every n-th item, counted from 1', () => {
    expect([1, 2, 3].map((index) => shardOf(['a', 'b', 'c', 'd'], index, 3))).toEqual([['a', 'd'], ['b'], ['c']]);
  });

  it('is empty when there are more shards than items, and all of it when there is one', () => {
    expect(shardOf(['a'], 2, 2)).toEqual([]);
    expect(shardOf(['a', 'b'], 1, 1)).toEqual(['a', 'b']);
  });

  it.each([
    [0, 3],
    [4, 3],
    [1.5, 3],
    [1, 0],
  ])('there is no shard %d of %d', (index, of) => {
    expect(() => shardOf(['a'], index, of)).toThrow(`there is no shard ${index} of ${of}`);
  });

  it('is written i/n', () => {
    expect(['2/3', '3/3', '4/3', '0/3', '1', 'a/b', '1/2/3'].map(parseShard)).toEqual([
      { index: 2, of: 3 },
      { index: 3, of: 3 },
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
