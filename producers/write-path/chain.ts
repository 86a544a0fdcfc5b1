import type { Decided } from './history.ts'
import { createSteadyMap } from './steady-map.ts'

/** A record that was decided and handed to the log, and has not been read back. */
export type Link<Waiting, State, Report> = {
  readonly eventId: string
  /** What it means, and whose outcome it is; undefined for a claim, which changes no stream. */
  readonly decided: (Decided<State, Report> & { readonly waiting: Waiting }) | undefined
  /** Commands that this record would make refusals or no-ops of; they are looked at again when it has come back. */
  readonly waitingBehind: Waiting[]
}

/**
 * The records under way of one partition, in the order of their decisions: each names the one before it, so they are
 * accepted one after the other, or from some link on not at all.
 */
export const createChain = <Waiting, State, Report>() => {
  type Each = Link<Waiting, State, Report>
  /** Those before `from` are let go of at once: what they hold would else outlive small collections. */
  let links: (Each | undefined)[] = []
  let from = 0
  let accepted = 0
  const byEventId = createSteadyMap<true>()
  const byCommandId = createSteadyMap<Each>()
  const lastOf = createSteadyMap<Each>()

  return {
    push: (link: Each): void => {
      links.push(link)
      byEventId.set(link.eventId, true)
      if (link.decided === undefined) return
      byCommandId.set(link.decided.commandId, link)
      lastOf.set(link.decided.streamId, link)
    },
    /** The record that must come back next. */
    get first(): Each | undefined {
      return links[from]
    },
    get last(): Each | undefined {
      return links.at(-1)
    },
    get length() {
      return links.length - from
    },
    /** How many have come back, ever. */
    get accepted() {
      return accepted
    },
    has: (eventId: string): boolean => byEventId.has(eventId),
    /** The record of a command. */
    ofCommand: (commandId: string): Each | undefined => byCommandId.get(commandId),
    /** The newest record of a stream. */
    lastOf: (streamId: string): Each | undefined => lastOf.get(streamId),
    /** The first one has come back. */
    shift: (): void => {
      const link = links[from]
      if (link === undefined) return
      links[from++] = undefined
      accepted++
      byEventId.delete(link.eventId)
      if (link.decided !== undefined) {
        byCommandId.delete(link.decided.commandId)
        if (lastOf.get(link.decided.streamId) === link) lastOf.delete(link.decided.streamId)
      }
      if (from < 1_024 && from < links.length) return
      links = links.slice(from)
      from = 0
    },
    /** Gives up all of them, and everyone who waits for them, in order. */
    abandon: (): readonly Waiting[] => {
      const waiting = links
        .slice(from)
        .flatMap((link) =>
          link ? [...(link.decided ? [link.decided.waiting] : []), ...link.waitingBehind] : [],
        )
      links = []
      from = 0
      byEventId.clear()
      byCommandId.clear()
      lastOf.clear()
      return waiting
    },
  }
}

/** See {@link createChain}. */
export type Chain<Waiting, State, Report> = ReturnType<typeof createChain<Waiting, State, Report>>
