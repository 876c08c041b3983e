/**
 * What a server may answer to `initialize` with 2025-11-25, and be spoken to all the same: the earlier revisions whose
 * transport is Streamable HTTP too. What a journey uses (sessions, `tools/call`, `isError`, structured content where
 * there is any) is the same in all three; 2024-11-05 has another transport.
 */
export const negotiable: readonly string[] = ['2025-11-25', '2025-06-18', '2025-03-26'];
