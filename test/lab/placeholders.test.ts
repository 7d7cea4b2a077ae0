import { describe, expect, test } from 'vitest';
import { placeholdersIn, render, renderLive, withoutPlaceholders } from '../../src/lab/placeholders.ts';

const values = {
  namespace: 'drill-x',
  controlPlane: 'kd-control-plane',
  workers: ['kd-worker', 'kd-worker2'],
  ingressClass: 'stand-in',
  storageClass: 'standard',
};

describe('placeholders', () => {
  test('stand for the names that only the cluster knows', () => {
    expect(render('{{cp}} {{worker0}} {{ worker1 }} {{ns}} $NS {{ingressClass}} {{storageClass}}', values)).toBe(
      'kd-control-plane kd-worker kd-worker2 drill-x drill-x stand-in standard',
    );
  });

  test('$NS is a word of its own', () => {
    expect(render('$NS:reader shelf-$NS. $NSX', values)).toBe('drill-x:reader shelf-drill-x. $NSX');
  });

  test('leave Go templates and single braces alone', () => {
    const template = `-o go-template='{{range .items}}{{.metadata.name}}{{"\\n"}}{{end}}{{- with $x -}}' {.items[0]}`;
    expect(render(template, values)).toBe(template);
    expect(placeholdersIn(template)).toEqual([]);
  });

  test('an unknown one is found, and never replaced', () => {
    expect(placeholdersIn('{{worker0}} {{wroker1}} {{nodeOf}}')).toEqual([
      { type: 'worker', index: 0 },
      { type: 'unknown', name: 'wroker1' },
      { type: 'unknown', name: 'nodeOf' },
    ]);
    expect(render('{{wroker1}}', values)).toBe('{{wroker1}}');
  });

  test('what the cluster does not have is said', () => {
    expect(() => render('{{worker2}}', values)).toThrow('the lab asks for {{worker2}}, but the cluster has 2 workers');
    expect(() => render('{{ingressClass}}', { ...values, ingressClass: undefined })).toThrow(
      'the lab asks for {{ingressClass}}, but the cluster has no ingress controller',
    );
  });

  test('nodeOf is asked live, once for each workload', async () => {
    const asked: string[] = [];
    const nodeOf = async (workload: string) => {
      asked.push(workload);
      return `node-of-${workload}`;
    };
    expect(await renderLive('{{nodeOf nginx}} {{cp}} {{nodeOf  nginx}} {{nodeOf db-0}}', values, nodeOf)).toBe(
      'node-of-nginx kd-control-plane node-of-nginx node-of-db-0',
    );
    expect(asked).toEqual(['nginx', 'db-0']);
    expect(render('{{nodeOf nginx}}', values)).toBe('{{nodeOf nginx}}');
  });

  test('are as long as letters where a file is read before there is a cluster', () => {
    expect(withoutPlaceholders('a: {{cp}}, {{nodeOf x}} $NS {{.x}}')).toBe('a: xxxxxx, xxxxxxxxxxxx xxx {{.x}}');
  });
});
