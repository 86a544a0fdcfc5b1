type Write = (facts: Readonly<Record<string, unknown>>, message: string) => void

/** Structured logging, as pino has it. */
export type Logger = {
  readonly debug: Write
  readonly info: Write
  readonly warn: Write
  readonly error: Write
}
