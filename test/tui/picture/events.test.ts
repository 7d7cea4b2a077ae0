import { describe, expect, it } from 'vitest';
import { eventsOf, mostEvents } from '../../../src/tui/picture/events.ts';
import { mirrorOf } from '../../support/fake-mirror.ts';
import { event } from '../../support/objects.ts';

const stamped = (name: string, seconds: number, fields: Record<string, unknown> = {}) => {
  const made = event({ reason: 'Started', name, note: 'Started   container\nweb' });
  return {
    ...made,
    metadata: { ...made.metadata, name: `${name}.${seconds}` },
    eventTime: new Date(seconds * 1000).toISOString(),
    ...fields,
  };
};

describe('events of the namespace', () => {
  it('are shown newest first, their note in one line', () => {
    const rows = eventsOf(mirrorOf([stamped('a', 10), stamped('b', 30), stamped('c', 20)]));
    expect(rows?.map(({ about, note }) => [about, note])).toEqual([
      ['Pod b', 'Started container web'],
      ['Pod c', 'Started container web'],
      ['Pod a', 'Started container web'],
    ]);
  });

  it('are as old as they were last seen', () => {
    const series = stamped('a', 10, { series: { count: 7, lastObservedTime: '1970-01-01T00:05:00Z' }, type: 'Warning' });
    expect(eventsOf(mirrorOf([series]))).toMatchObject([{ at: 300_000, count: 7, warning: true }]);
    const old = stamped('b', 0, { eventTime: null, deprecatedLastTimestamp: '1970-01-01T00:06:00Z', deprecatedCount: 3 });
    expect(eventsOf(mirrorOf([old]))).toMatchObject([{ at: 360_000, count: 3, warning: false }]);
  });

  it('are a bounded list, however many the cluster has', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => stamped(`p${index}`, index));
    const rows = eventsOf(mirrorOf(many));
    expect(rows).toHaveLength(mostEvents);
    expect(rows?.[0]?.about).toBe('Pod p9999');
  });

  it('are not said to be none where they cannot be seen', () => {
    expect(eventsOf(mirrorOf([], { unseen: ['Event'] }))).toBeUndefined();
  });
});
