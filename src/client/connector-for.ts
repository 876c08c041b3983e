import type { ClientKind, ProtocolRevision } from '../record/index.ts';
import type { Access, Connector } from './types.ts';
import { wireConnector } from './wire.ts';

/**
 * Loads the clients that a plan asks for, and makes connectors of them: to be awaited before a workload begins.
 * An SDK is not loaded unless it is used.
 */
export async function connectorFor(
  kind: ClientKind,
  protocol: ProtocolRevision,
): Promise<(url: string, access?: Access) => Connector> {
  if (kind === 'wire') return (url, access) => wireConnector(url, protocol, access);
  const { loadSdk } = await import('./sdk.ts');
  return loadSdk(kind, protocol);
}
