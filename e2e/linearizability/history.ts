/** What a client asked of a playlist; see the checker's model for what each means. */
export type Asked = {
  readonly op: 'create' | 'add' | 'remove' | 'move' | 'list'
  readonly items?: readonly string[]
  readonly after?: string
  readonly ifVersion?: number
}

/** How a command ended for its client. `unknown` promises nothing: it may happen at any later time, or never. */
export type Told =
  | {
      readonly kind: 'ok'
      readonly answer: {
        readonly version: number
        readonly items?: readonly string[]
        readonly gone?: readonly string[]
      }
    }
  | { readonly kind: 'fail'; readonly answer: { readonly code: string; readonly version?: number } }
  | { readonly kind: 'unknown' }

/** One line of a history. Their order is what counts; `at` is for people. */
export type Line = { readonly process: string; readonly key: string; readonly at: number } & (
  ({ readonly kind: 'invoke' } & Asked) | Told
)

/** Records who was told what, in the order in which it happened. */
export const createRecorder = () => {
  const lines: Line[] = []
  const start = performance.now()
  const at = () => Math.round(performance.now() - start)
  return {
    lines: lines as readonly Line[],
    /** One request of one client at a time. */
    record: async (
      process: string,
      key: string,
      asked: Asked,
      request: () => Promise<Told>,
    ): Promise<Told> => {
      lines.push({ process, key, at: at(), kind: 'invoke', ...asked })
      const told = await request()
      lines.push({ process, key, at: at(), ...told })
      return told
    },
  }
}

/** See {@link createRecorder}. */
export type Recorder = ReturnType<typeof createRecorder>
