import type { SessionTransport } from '../sessions/index.ts';

/** What the session transports of both SDKs have in common. */
interface SdkTransport {
  handleRequest(request: Request): Promise<Response>;
  close(): Promise<void>;
  // The server that was connected has put its own listener here; both SDKs declare it optional.
  onclose?: (() => void) | undefined;
}

/** An SDK's transport, connected to its server, as the sessions know it. */
export function sessionTransport(transport: SdkTransport): SessionTransport {
  return {
    handle: (request) => transport.handleRequest(request),
    onClose: (listener) => {
      const before = transport.onclose;
      transport.onclose = () => {
        before?.();
        listener();
      };
    },
    close: () => transport.close(),
  };
}
