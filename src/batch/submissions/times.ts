/**
 * A moment as nbgrader and Gradescope write it: `2020-01-30 10:30:47.524219 UTC`, `2017-06-01T14:22:32.365935-07:00`.
 * `undefined` without a time zone: work must not be called late for a guess.
 */
export function parseTime(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)$/.exec(text.trim());
  if (!match) return undefined;
  const [, day, time, fraction = '', zone = ''] = match;
  const offset = /^[+-]/.test(zone) ? zone.replace(/^(...):?(..)$/, '$1:$2') : 'Z';
  const parsed = Date.parse(`${day}T${time}${fraction.slice(0, 4)}${offset}`);
  return Number.isNaN(parsed) ? undefined : parsed;
}
