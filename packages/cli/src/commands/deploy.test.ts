/* The files in `deploy` against the command that they start. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { serve } from './serve.ts';

const fileOf = (name: string): string =>
  readFileSync(new URL(`../../../../deploy/${name}`, import.meta.url), 'utf8');

const isOption = (word: string): boolean => word.startsWith('--');
const expectOptions = (words: readonly string[]): void => {
  const unknown = words.filter((word) => isOption(word) && !(word.slice(2) in serve.options));
  expect(unknown).toEqual([]);
};

describe('compose.yaml', () => {
  const { services } = parse(fileOf('compose.yaml')) as {
    services: Record<string, Record<string, unknown> & { environment?: Record<string, string> }>;
  };

  it('has two servers on one database behind a balancer', () => {
    expect(Object.keys(services)).toEqual(['database', 'nearfield', 'balancer']);
    const { nearfield, database, balancer } = services;
    expect(nearfield!.deploy).toEqual({ replicas: 2 });
    expect(nearfield!.environment!.NEARFIELD_DATABASE).toMatch(
      /^postgres:\/\/nearfield:.*@database:5432\/nearfield$/,
    );
    expect(database!.environment).toMatchObject({ POSTGRES_USER: 'nearfield', POSTGRES_DB: 'nearfield' });
    expect(balancer!.volumes).toContain('./nginx.conf:/etc/nginx/conf.d/default.conf:ro');
    expect(fileOf('nginx.conf')).toContain('server nearfield:8080 resolve;');
    expectOptions(nearfield!.command as string[]);
  });
});

describe('Dockerfile', () => {
  it('starts the command with options that it has', () => {
    const [, words] = /^ENTRYPOINT (\[.*\])$/m.exec(fileOf('Dockerfile'))!;
    const [name, verb, ...options] = JSON.parse(words!) as string[];
    expect([name, verb]).toEqual(['nearfield', 'serve']);
    expectOptions(options);
    expect(options).toEqual(['--host', '0.0.0.0', '--data-dir', '/data']);
  });
});

describe('kubernetes.yaml', () => {
  interface Manifest {
    kind: string;
    metadata: { name: string };
    spec: Record<string, unknown>;
  }
  const documents = parseAllDocuments(fileOf('kubernetes.yaml'));
  const manifests = documents.map((document) => document.toJS() as Manifest);
  const specOf = (kind: string) => manifests.find((manifest) => manifest.kind === kind)!.spec;

  it('is read without an error, one object after the other', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(manifests.map(({ kind }) => kind)).toEqual([
      'Deployment',
      'Service',
      'PodDisruptionBudget',
      'TriggerAuthentication',
      'ScaledObject',
    ]);
  });

  it('has probes, a secret for what is secret, and options that the command has', () => {
    const { template } = specOf('Deployment') as {
      template: { spec: { containers: [Record<string, unknown>] } };
    };
    const [container] = template.spec.containers;
    expect(container).toMatchObject({
      readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
      livenessProbe: { httpGet: { path: '/health', port: 'http' } },
      ports: [{ name: 'http', containerPort: 8080 }],
    });
    const names = (container.env as { name: string; valueFrom: { secretKeyRef: { name: string } } }[]).map(
      ({ name, valueFrom }) => [name, valueFrom.secretKeyRef.name],
    );
    expect(names).toEqual([
      ['NEARFIELD_DATABASE', 'nearfield'],
      ['NEARFIELD_API_KEYS', 'nearfield'],
    ]);
    expectOptions(container.args as string[]);
  });

  it('has more servers while batches wait', () => {
    expect(specOf('ScaledObject')).toMatchObject({
      scaleTargetRef: { name: 'nearfield' },
      minReplicaCount: 2,
      triggers: [{ type: 'postgresql', metadata: { targetQueryValue: '1' } }, { type: 'cpu' }],
    });
  });
});
