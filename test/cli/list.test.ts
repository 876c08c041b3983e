import { describe, expect, it } from 'vitest';
import { faults } from '../../src/faults/index.ts';
import { namesIn } from '../../src/scenario/index.ts';
import { soundnessChecks } from '../../src/verdict/index.ts';
import { cli } from '../support/cli.ts';
import { catalog } from '../support/plan.ts';

interface Listing {
  scenarios: { name: string; question: string }[];
  deployments: { name: string; protocol: string }[];
  faults: { name: string; does: string }[];
  metrics: { name: string; means: string }[];
  checks: { name: string; asks: string }[];
}

const namesOf = (entries: { name: string }[]) => entries.map(({ name }) => name);

describe('windtunnel list', () => {
  it('names everything that there is, with a line each', async () => {
    const { code, stdout, stderr } = await cli(['list', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const listing = JSON.parse(stdout) as Listing;
    expect(namesOf(listing.scenarios)).toEqual(namesIn(catalog.scenariosDir));
    expect(namesOf(listing.deployments)).toEqual(namesIn(catalog.deploymentsDir));
    expect(namesOf(listing.faults)).toEqual(Object.keys(faults));
    expect(namesOf(listing.checks)).toEqual(Object.keys(soundnessChecks));
    expect(namesOf(listing.metrics)).toContain('availability.recovered');
    expect(listing.deployments).toContainEqual(
      expect.objectContaining({ name: 'stateless', protocol: '2026-07-28', server: 'stateless-v2' }),
    );

    const text = (await cli(['list'])).stdout;
    const words = text.replace(/\s+/g, ' ');
    const scenarios = listing.scenarios.map(({ name, question }) => `${name} ${question}`);
    expect(scenarios.filter((line) => !words.includes(line))).toEqual([]);
    const rest = [...listing.deployments, ...listing.faults, ...listing.metrics, ...listing.checks];
    expect(rest.filter(({ name }) => !text.includes(`  ${name}  `))).toEqual([]);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});
