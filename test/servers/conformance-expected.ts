import type { ServerName } from './replica.ts';

/**
 * What the reference servers do not pass of the conformance suite, and why. A key is a scenario of the suite, or
 * one check of it (`scenario/check`). The messages on the wire must be valid all the same: a failed
 * `wire-schema-valid` is never expected.
 */
export type ExpectedFailures = Readonly<Record<string, string>>;

const because = (reason: string, keys: readonly string[]): ExpectedFailures =>
  Object.fromEntries(keys.map((key) => [key, reason]));

/** The suite brings tools along that a server under test is to have; ours has those of its application. */
const suiteTool = (tool: string) => `calls ${tool}, a tool of the suite's own server that ours do not offer`;

const undeclared: ExpectedFailures = {
  ...because('the servers declare no prompts', [
    'prompts-list',
    'prompts-get-simple',
    'prompts-get-with-args',
    'prompts-get-embedded-resource',
    'prompts-get-with-image',
  ]),
  ...because('the servers declare no resources', [
    'resources-list',
    'resources-read-text',
    'resources-read-binary',
    'resources-templates-read',
  ]),
  ...because('the servers declare no completions', ['completion-complete']),
};

const suiteTools: ExpectedFailures = {
  'tools-call-image': suiteTool('test_image_content'),
  'tools-call-audio': suiteTool('test_audio_content'),
  'tools-call-embedded-resource': suiteTool('test_embedded_resource'),
  'tools-call-mixed-content': suiteTool('test_multiple_content_types'),
  'tools-call-with-progress': suiteTool('test_tool_with_progress'),
  'json-schema-2020-12': suiteTool('json_schema_2020_12_tool'),
};

/** They ask for nothing but any text, or any error; SDK v1 answers the call of an unknown tool with both. */
const suiteToolsOnV2: ExpectedFailures = {
  'tools-call-simple-text': suiteTool('test_simple_text'),
  'tools-call-error': suiteTool('test_error_handling'),
};

const stateful: ExpectedFailures = {
  ...undeclared,
  ...because('the servers declare no resources, so none to subscribe to', [
    'resources-subscribe',
    'resources-unsubscribe',
  ]),
  ...because('the servers declare no logging', ['logging-set-level', 'tools-call-with-logging']),
  ...because('no tool of the servers asks the client for anything', [
    'tools-call-sampling',
    'tools-call-elicitation',
    'elicitation-sep1034-defaults',
    'elicitation-sep1330-enums',
  ]),
  ...suiteTools,
};

const stateless: ExpectedFailures = {
  ...undeclared,
  ...because('the servers declare neither prompts nor resources, whose lists could be cached', [
    'caching/sep-2549-prompts-list-caching-hints',
    'caching/sep-2549-resources-list-caching-hints',
    'caching/sep-2549-resources-templates-list-caching-hints',
  ]),
  ...because('no tool of the servers needs a capability of the client, streams, or logs', [
    'server-stateless/sep-2575-server-rejects-undeclared-capability',
    'server-stateless/sep-2575-missing-capability-http-400',
    'server-stateless/sep-2575-http-server-no-independent-requests-on-stream',
    'server-stateless/sep-2575-server-no-log-without-loglevel',
  ]),
  ...because('no tool of the servers asks the client for input (SEP-2322)', [
    'input-required-result-basic-elicitation',
    'input-required-result-basic-sampling',
    'input-required-result-basic-list-roots',
    'input-required-result-request-state',
    'input-required-result-multiple-input-requests',
    'input-required-result-multi-round',
    'input-required-result-non-tool-request',
    'input-required-result-result-type',
    'input-required-result-tampered-state',
    'input-required-result-capability-check',
  ]),
  ...because(
    'a server without a task store declares no tasks (SEP-2663); for one with, see tasks/conformance.test.ts',
    [
      'tasks-lifecycle',
      'tasks-capability-negotiation',
      'tasks-wire-fields',
      'tasks-request-state-removal',
      'tasks-mrtr-input',
      'tasks-request-headers',
      'tasks-dispatch-and-envelope',
      'tasks-required-task-error',
      'tasks-mrtr-composition',
    ],
  ),
  ...because('no tool of the servers has parameters that headers repeat (SEP-2243)', [
    'http-custom-header-server-validation',
  ]),
  ...suiteTools,
  ...suiteToolsOnV2,
};

export const expectedFailures: Record<ServerName, ExpectedFailures> = {
  'stateful-v2': { ...stateful, ...suiteToolsOnV2 },
  'stateful-v1': {
    ...stateful,
    'server-sse-polling': suiteTool('test_reconnection'),
  },
  'stateless-v2': stateless,
};

const inSessions = [
  'server-initialize',
  'ping',
  'tools-list',
  'dns-rebinding-protection',
  'server-session-lifecycle',
  'server-sse-multiple-streams',
];

/** What must have been asked and answered well: else a suite that did nothing would pass, too. */
export const mustPass: Record<ServerName, readonly string[]> = {
  'stateful-v2': inSessions,
  'stateful-v1': inSessions,
  'stateless-v2': ['server-stateless', 'tools-list', 'dns-rebinding-protection', 'http-header-validation'],
};
