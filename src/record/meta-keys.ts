/** Keys in `_meta` by which clients, servers and the ledger speak of the same operation. */

/** On a call: names its operation; a server that keeps a ledger writes it there. */
export const opIdKey = 'io.mcp-windtunnel/opId';
/** On a result: the tool failed because the application state it was asked for does not exist. */
export const stateMissingKey = 'io.mcp-windtunnel/stateMissing';
/** On a result: the tool failed, and the server does not know whether it had its effect all the same. */
export const outcomeUnknownKey = 'io.mcp-windtunnel/outcomeUnknown';
/**
 * On a call: two calls of the same tool with the same arguments and the same key are one; a server that honours it carries
 * them out once, and gives both the same result. MCP has no such key of its own.
 */
export const idempotencyKeyKey = 'io.mcp-windtunnel/idempotencyKey';
/** On `notifications/resources/updated`: the value that the resource has got. MCP names the resource alone. */
export const changeValueKey = 'io.mcp-windtunnel/value';
