import type { ForwardedCommand } from './forwarded-command.ts'

/**
 * The streams of which a command moved, as far as a sender hasn't heard of it: what it sent behind that command moves as
 * well, though it could be taken by now. So the sender sends all of them again, in order.
 */
export const createMovedStreams = () => {
  /** By stream, the number of the last answer that told it. */
  const unheard = new Map<string, number>()
  let told = 0
  const keyOf = ({ topic, command }: ForwardedCommand) => `${topic} ${command.streamId}`
  return {
    isBehind: (forwarded: ForwardedCommand): boolean => {
      if (forwarded.heard === told) unheard.clear()
      return (unheard.get(keyOf(forwarded)) ?? 0) > forwarded.heard
    },
    /** The next answer to the sender tells it that this one moved. */
    add: (forwarded: ForwardedCommand): void => void unheard.set(keyOf(forwarded), ++told),
  }
}
