import { createSteadyMap } from './steady-map.ts'

/** The commands of a stream that are on their way to whoever decides them. */
type Lane = {
  readonly streamId: string
  /** Where those under way have gone. */
  route: unknown
  underWay: number
  /** One of those under way has come back undecided: nothing follows the others. */
  isBroken: boolean
  /** The numbers of those that have yet to go, or to go again, in order. */
  waiting: readonly number[]
}

/** A command's place in its stream, from `enter` until `leave`: then it has its answer. */
export type Turn = {
  readonly lane: Lane
  /** Grows from command to command. */
  readonly number: number
  isUnderWay: boolean
}

const nobody: readonly number[] = []

/**
 * Keeps the commands of each stream in order while their partition moves. They follow each other without waiting, for as
 * long as all go the same way and none comes back. Every command passes here: so no closures, and a list for those alone
 * that wait.
 */
export const createTurns = () => {
  const lanes = createSteadyMap<Lane>()
  let entered = 0

  const laneOf = (streamId: string): Lane => {
    const found = lanes.get(streamId)
    if (found) return found
    const lane: Lane = { streamId, route: undefined, underWay: 0, isBroken: false, waiting: nobody }
    lanes.set(streamId, lane)
    return lane
  }
  const wait = ({ lane, number }: Turn): void => {
    if (!lane.waiting.includes(number)) lane.waiting = [...lane.waiting, number].sort((a, b) => a - b)
  }
  const waitNoMore = ({ lane, number }: Turn): void => {
    if (lane.waiting.length > 0) lane.waiting = lane.waiting.filter((other) => other !== number)
  }
  const mayGo = ({ lane, number }: Turn, route: unknown): boolean =>
    route !== undefined &&
    (lane.waiting[0] ?? number) === number &&
    (lane.underWay === 0 || (!lane.isBroken && lane.route === route))

  return {
    /** The turn of a command that comes now. */
    enter: (streamId: string): Turn => ({ lane: laneOf(streamId), number: ++entered, isUnderWay: false }),
    /**
     * Whether it may go this way now; if so, it is under way. It may not before those of its stream that came earlier, nor
     * another way than they while they are under way, nor while some of them are after one has come back.
     */
    take: (turn: Turn, route: unknown): boolean => {
      if (!mayGo(turn, route)) {
        wait(turn)
        return false
      }
      const { lane } = turn
      waitNoMore(turn)
      lane.route = route
      lane.underWay++
      lane.isBroken = false
      turn.isUnderWay = true
      return true
    },
    /** It was not decided there, and waits to go again. */
    comeBack: (turn: Turn): void => {
      turn.isUnderWay = false
      turn.lane.underWay--
      turn.lane.isBroken = true
      wait(turn)
    },
    leave: (turn: Turn): void => {
      const { lane } = turn
      if (turn.isUnderWay) lane.underWay--
      else waitNoMore(turn)
      if (lane.underWay === 0 && lane.waiting.length === 0) lanes.delete(lane.streamId)
    },
  }
}
