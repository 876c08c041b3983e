import { join } from 'node:path';
import type { z } from 'zod';
import { HarnessError } from '../core/index.ts';
import { deploymentFile } from './deployment-schema.ts';
import type { foreignServer } from './foreign-server-schema.ts';
import type { DeploymentDraft } from './plan.ts';
import { draftDeployment } from './plan-deployment.ts';
import { describeIssues } from './problems.ts';
import { checkDeployment } from './rules.ts';
import { formatPath } from './yaml-file.ts';

/**
 * The deployment of a server that no file describes yet.
 * @param folder that its paths are relative to.
 * @throws HarnessError `usage` for what a deployment file may not say either.
 */
export function draftForeign(
  name: string,
  server: z.input<typeof foreignServer>,
  folder: string,
): DeploymentDraft {
  const file = { name, description: name, server };
  const parsed = deploymentFile.safeParse(file);
  const problems = parsed.success
    ? checkDeployment(parsed.data)
    : describeIssues(parsed.error.issues, deploymentFile, file);
  if (parsed.success && problems.length === 0) {
    return draftDeployment(parsed.data, join(folder, 'deployment.yaml'), 1);
  }
  throw new HarnessError(
    'usage',
    problems.map(({ path, message }) => `${formatPath(path.slice(1))}: ${message}`).join('\n'),
  );
}
