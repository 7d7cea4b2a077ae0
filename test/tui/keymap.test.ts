import { describe, expect, it } from 'vitest';
import { type KeyBinding, keyLabel, keymap, keysLabel, type Place } from '../../src/tui/keymap.ts';

const places: Place[] = ['home', 'search', 'lab', 'shell', 'predict', 'fault', 'work', 'work-ended', 'debrief', 'confirm', 'help'];
const inPlace = (place: Place) => keymap.filter(({ where }) => where.includes(place));

describe('the keymap', () => {
  it('gives a key one meaning in a place, unless a condition decides between two', () => {
    const clashes = places.flatMap((place) => {
      const bindings = inPlace(place);
      return bindings.flatMap((binding, index) =>
        binding.when
          ? []
          : bindings
              .slice(index + 1)
              .flatMap((later) =>
                later.keys
                  .filter((key) => binding.keys.includes(key))
                  .map((key) => `${key} in ${place}: ${binding.action}, ${later.action}`),
              ),
      );
    });
    // at the debrief Enter opens the next lab; where there is none, it leads home
    expect(clashes).toEqual([]);
  });

  it('describes every key for the help, and labels it for the footer', () => {
    for (const { action, description, label } of keymap) {
      expect(description, action).toMatch(/^[A-Z]/);
      expect(label, action).not.toBe('');
    }
  });

  it('asks before everything that loses something', () => {
    const asks = (binding: KeyBinding) => binding.dangerous !== undefined;
    const dangerous = ['reset', 'solution', 'recover', 'bring-up', 'interrupt', 'cancel'];
    for (const action of dangerous) expect(keymap.filter((binding) => binding.action === action).every(asks), action).toBe(true);
    // an unfinished lab asks before it is finished; one whose steps are over does not
    expect(keymap.filter(({ action }) => action === 'finish').map((binding) => [binding.when, asks(binding)])).toEqual([
      ['last-step-over', false],
      [undefined, true],
    ]);
  });

  it('has a way out of every place in its footer', () => {
    const out = [
      'leave',
      'quit',
      'search-clear',
      'skip-predict',
      'fault-read',
      'cancel',
      'dismiss',
      'go-home',
      'no',
      'close-help',
      'leave-shell',
    ];
    for (const place of places)
      expect(
        inPlace(place).some(({ action, footer }) => footer !== undefined && out.includes(action)),
        place,
      ).toBe(true);
  });

  it('lets Ctrl+C through everywhere but in the shell, whose key it is', () => {
    const without = places.filter((place) => !inPlace(place).some(({ keys }) => keys.includes('ctrl+c')));
    expect(without).toEqual(['shell']);
  });

  it('writes keys as people know them', () => {
    expect(['enter', 'ctrl+b', 'pageup', 'up', '?'].map(keyLabel)).toEqual(['Enter', 'Ctrl+B', 'PgUp', '↑', '?']);
    const digits = keymap.find(({ action }) => action === 'send-command');
    expect(digits && keysLabel(digits)).toBe('1-9');
  });
});
