import { type Catalog, namesIn } from './catalog.ts';
import type { Scenario } from './plan.ts';
import type { Problem } from './problems.ts';
import type { ScenarioFile } from './scenario-schema.ts';

/** Which deployments a scenario is run over: those of the command line, else its own, else those that are usual. */

/** What the command line says, and what holds if neither it nor the scenario says anything. */
interface Choice {
  deployments: readonly string[];
  defaultDeployments?: readonly string[] | undefined;
}

/** Names or paths, as they were written. */
export function chosenFor(
  file: Pick<ScenarioFile, 'deployments'>,
  { deployments, defaultDeployments = [] }: Choice,
): readonly string[] {
  return deployments.length > 0 ? deployments : (file.deployments ?? defaultDeployments);
}

/** A name that no file bears would come up as a missing file that nobody has asked for. */
export function checkChosen(file: Pick<ScenarioFile, 'deployments'>, { deploymentsDir }: Catalog): Problem[] {
  const known = namesIn(deploymentsDir);
  return (file.deployments ?? []).flatMap((name, i): Problem[] => {
    const path = ['deployments', i];
    if (!known.includes(name)) return [{ path, message: `no such deployment; allowed: ${known.join(', ')}` }];
    return file.deployments?.indexOf(name) === i ? [] : [{ path, message: `${name} is named twice` }];
  });
}

/** Of the deployments of a plan, those that one of its scenarios is run over, in the plan's order. */
export function deploymentsOf<D extends { name: string }>(
  deployments: readonly D[],
  { deployments: own }: Pick<Scenario, 'deployments'>,
): D[] {
  return deployments.filter(({ name }) => own === undefined || own.includes(name));
}

/** A scenario that is run over all of the plan's deployments names none. */
export function withChoice(
  scenario: Omit<Scenario, 'deployments'>,
  chosen: readonly string[],
  all: readonly string[],
): Scenario {
  return chosen.length === all.length ? scenario : { ...scenario, deployments: [...chosen] };
}
