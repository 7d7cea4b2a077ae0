import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { KubeObject } from '../../../src/grading/object.ts';
import { FakeDrill, FakeHost } from '../../../test/support/fake-host.ts';
import { event, pod, rolledOut } from '../../../test/support/objects.ts';
import { startTui } from '../../../test/support/tui.ts';
import { homeOf, portLab } from '../../../test/support/tui-labs.ts';
import { percentile } from './percentile.ts';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Objects of a Deployment in which one more Pod has come. */
const withPod = (number: number): KubeObject[] => {
  const { all, replicaSet } = rolledOut({ name: 'web', replicas: 3 });
  return [...all, pod({ name: `web-abc-new${number}`, owner: replicaSet })];
};

export async function* inside() {
  const drill = new FakeDrill(portLab);
  const tui = startTui(new FakeHost(homeOf(), [drill]), { columns: 120, rows: 40 });
  const { screen } = tui;
  await screen.until('Black Friday');
  screen.press('\x1b[B', '\x1b[B', '\r');
  await screen.until('Before you act');
  screen.press('esc');
  await screen.until('t shell');

  const changes: number[] = [];
  for (let number = 0; number < 60; number++) {
    const began = performance.now();
    drill.setObjects(withPod(number));
    await screen.until(`new${number} `);
    changes.push(performance.now() - began);
    tui.clock.pass(3000);
  }
  yield { name: 'Pod change to picture, p95', value: percentile(changes, 0.95), unit: 'ms', bound: 300 } as const;

  // an hour of play: a check twice a second, a mirror change each second with a thousand events, a tick each second
  const hour = async (from: number) => {
    for (let second = from; second < from + 3600; second++) {
      drill.setVerdict('C1', { verdict: 'fail', observed: `refusal ${second}`, expected: 'HTTP 200' });
      drill.setVerdict('C2', { verdict: 'waiting', observed: `${second % 3} of 2`, expected: '2' });
      if (second % 10 === 0) {
        const events = Array.from({ length: 1000 }, (_, index) => ({
          ...event({ reason: 'Started', name: `p${index}`, note: `in second ${second}` }),
          metadata: { name: `e${index}-${second}` },
        }));
        drill.setObjects([...withPod(second), ...events]);
        await new Promise((resolve) => setImmediate(resolve));
      }
      tui.clock.pass(1000);
    }
    await screen.settled();
    collectGarbage();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  const first = await hour(1);
  const second = await hour(4000);
  yield { name: 'heap gained in an hour of play', value: Math.max(0, second - first), unit: 'MB', bound: 5 } as const;
  await tui.quit();
}
