// Input: how a call asks its client in its middle, in either revision, and the state that 2026-07-28 has the client carry.
export { type Asking, answerTimeoutMs, askOnStream, canBeAsked, InputNeeded } from './asking.ts';
export { type CallState, decoded, type StateOf, type StateSeal, stateSeal } from './states.ts';
