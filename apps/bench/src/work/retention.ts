/** How long answers are kept where nobody has another default: 24 hours. */
export const RETENTION_MS = 24 * 60 * 60 * 1000
