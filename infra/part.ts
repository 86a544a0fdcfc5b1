import type { Artefact } from './artefacts/artefact.ts'

/** One port of a part: its default number and the variable that moves it. */
export type PortSpec = {
  readonly name: string
  readonly number: number
  readonly variable: string
  /** It keeps this distance from the port that another variable moves, unless its own variable is set. */
  readonly behind?: { readonly variable: string; readonly by: number }
}

/** What to run. Standard output and error go to the part's log. */
export type Command = {
  readonly file: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** All that a part may know while it is prepared, started and asked. */
export type PartContext = {
  readonly stateDir: string
  /** The part's own folder for data and configuration; it survives `down`. */
  readonly dir: string
  readonly ports: Readonly<Record<string, number>>
  /** Addresses by part name: its own, and those of the others where it is started. */
  readonly addresses: Readonly<Record<string, string>>
  /** The folder of the resolved artefact, and the `java` to run it with; empty where the part has none. */
  readonly artefactDir: string
  readonly java: string
  readonly env: Environment
}

export type Environment = Readonly<Record<string, string | undefined>>

/** `17` is exactly Java 17; `21+` is 21 or newer. */
export type JavaNeed = '17' | '21+'

/** Something the launcher starts, asks and stops. Adding an engine means adding one value of this type. */
export type Part = {
  readonly name: string
  readonly kind: 'engine' | 'service'
  /** Names of parts that must be ready before this one starts. */
  readonly needs: readonly string[]
  /** The first port is the one that others talk to. */
  readonly ports: readonly PortSpec[]
  /** The variable that tells services the address; when the user sets it, nothing is started for the part. */
  readonly addressVariable: string
  readonly addressOf: (ports: Readonly<Record<string, number>>, env: Environment) => string
  readonly artefact?: Artefact
  readonly java?: JavaNeed
  /** A line for each thing that must be installed by hand before this part can start, with its remedy. */
  readonly missing?: () => readonly string[]
  /** Writes configuration and formats storage; called before every start, so it must be idempotent. */
  readonly prepare?: (context: PartContext) => Promise<void>
  readonly command: (context: PartContext) => Command
  /** Really asks the part something; throws with the reason while it isn't ready. */
  readonly ready: (context: PartContext, signal: AbortSignal) => Promise<void>
  /** One line about a ready part for people who look at its status. */
  readonly detail?: (context: PartContext, signal: AbortSignal) => Promise<string>
  /** How far it yields to other processes, 1 to 19, as `nice` has it. */
  readonly niceness?: number
  readonly readyTimeoutMs: number
  readonly stopSignal: NodeJS.Signals
  /** How long the part may take to end by itself before it is killed. */
  readonly stopTimeoutMs: number
}
