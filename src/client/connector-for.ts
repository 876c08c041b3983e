import type { ClientKind, ProtocolRevision } from '../record/index.ts';
import type { Connector } from './types.ts';
import { wireConnector } from './wire.ts';

/** Makes connections of the clients that a plan asks for. An SDK is not loaded unless it is used. */
export async function connectorFor(
  kind: ClientKind,
  url: string,
  protocol: ProtocolRevision,
): Promise<Connector> {
  if (kind === 'wire') return wireConnector(url, protocol);
  const { sdkConnector } = await import('./sdk.ts');
  return sdkConnector(kind, url, protocol);
}
