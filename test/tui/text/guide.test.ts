import { describe, expect, it } from 'vitest';
import { commandsOf, guideOf } from '../../../src/tui/text/guide.ts';

const fenced = (...lines: string[]) => ['Before.', '```sh', ...lines, '```', 'After.'].join('\n');

describe('commands of a step', () => {
  it('are numbered in reading order, those that are offered after those of the text', () => {
    expect(commandsOf(fenced('kubectl get pods', 'kubectl get svc'), ['kubectl logs web'])).toEqual([
      { number: 1, text: 'kubectl get pods' },
      { number: 2, text: 'kubectl get svc' },
      { number: 3, text: 'kubectl logs web' },
    ]);
  });

  it('are named once, also when the text and the offer both have them', () => {
    expect(commandsOf(fenced('kubectl get pods'), ['kubectl get pods'])).toEqual([{ number: 1, text: 'kubectl get pods' }]);
  });

  it('lose the prompt that a text shows before them', () => {
    expect(commandsOf(fenced('$ kubectl get pods'), [])).toEqual([{ number: 1, text: 'kubectl get pods' }]);
  });

  it('stay together over a line that goes on, and with their here-document', () => {
    expect(commandsOf(fenced('kubectl run a \\', '  --image=kd/web:1.0', 'kubectl get pods'), [])[0]?.text).toContain('--image');
    expect(commandsOf(fenced('kubectl apply -f - <<END', 'kind: Pod', 'END'), [])).toEqual([
      { number: 1, text: 'kubectl apply -f - <<END\nkind: Pod\nEND' },
    ]);
  });

  it('are not the lines of a manifest, nor a tenth that no key could type', () => {
    expect(commandsOf('```yaml\nkind: Pod\n```', [])).toEqual([]);
    const many = Array.from({ length: 12 }, (_, index) => `kubectl get pod web-${index}`);
    expect(commandsOf(fenced(...many), []).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('leave the prose around them as it is', () => {
    expect(guideOf(fenced('kubectl get pods'), []).map((part) => (part.type === 'prose' ? part.text.trim() : part.type))).toEqual([
      'Before.',
      'code',
      'After.',
    ]);
  });

  it('end with the text, where a fence has no end', () => {
    expect(commandsOf('```\nkubectl get pods', [])).toEqual([{ number: 1, text: 'kubectl get pods' }]);
  });
});
