// Sessions of 2025-11-25: one transport per session, found by `Mcp-Session-Id`; the same for both SDKs.
// With a shared store any replica takes a session up that another has opened.
export { type SessionTransport, sessionApp } from './session-app.ts';
