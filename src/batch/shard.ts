/**
 * The part of a list that shard `index` of `of` works on (`index` counts from 1, as in `--shard 2/3`): every `of`-th item.
 * All shards together are the whole list, none has more than one item more than another, and neighbours, which often take equally
 * long, are spread.
 */
export function shardOf<T>(items: readonly T[], index: number, of: number): T[] {
  if (!Number.isInteger(index) || !Number.isInteger(of) || index < 1 || index > of)
    throw new RangeError(`there is no shard ${index} of ${of}`);
  return items.filter((_, at) => at % of === index - 1);
}

/** `2/3` -> shard 2 of 3; `undefined` when it is not that. */
export function parseShard(text: string): { index: number; of: number } | undefined {
  const [, index = 0, of = 0] = (/^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text) ?? []).map(Number);
  return index >= 1 && index <= of ? { index, of } : undefined;
}
