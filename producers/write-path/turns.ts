import { createSteadyMap } from './steady-map.ts'

/** The commands of a stream that are on their way to whoever decides them. */
type Lane = {
  /** Where those under way have gone. */
  route: unknown
  underWay: number
  /** One of those under way has come back undecided: nothing follows the others. */
  isBroken: boolean
  /** The numbers of those that have yet to go, or to go again, in order. */
  waiting: number[]
}

/** A command's place in its stream, from `enter` until it is disposed of: then it has its answer. */
export type Turn = Disposable & {
  /** Grows from command to command. */
  readonly number: number
  /**
   * Whether it may go this way now; if so, it is under way. It may not before those of its stream that came earlier, nor
   * another way than they while they are under way, nor while some of them are after one has come back.
   */
  readonly take: (route: unknown) => boolean
  /** It was not decided there, and waits to go again. */
  readonly comeBack: () => void
}

/**
 * Keeps the commands of each stream in order while their partition moves. They follow each other without waiting, for as
 * long as all go the same way and none comes back.
 */
export const createTurns = () => {
  const lanes = createSteadyMap<Lane>()
  let entered = 0

  const laneOf = (streamId: string): Lane => {
    const found = lanes.get(streamId)
    if (found) return found
    const lane = { route: undefined, underWay: 0, isBroken: false, waiting: [] }
    lanes.set(streamId, lane)
    return lane
  }

  return {
    /** The turn of a command that comes now. */
    enter: (streamId: string): Turn => {
      const lane = laneOf(streamId)
      const number = ++entered
      let isUnderWay = false
      lane.waiting.push(number)
      return {
        number,
        take: (route) => {
          if (route === undefined || lane.waiting[0] !== number) return false
          if (lane.underWay > 0 && (lane.isBroken || lane.route !== route)) return false
          lane.waiting.shift()
          lane.route = route
          lane.underWay++
          lane.isBroken = false
          isUnderWay = true
          return true
        },
        comeBack: () => {
          isUnderWay = false
          lane.underWay--
          lane.isBroken = true
          lane.waiting.push(number)
          lane.waiting.sort((a, b) => a - b)
        },
        [Symbol.dispose]: () => {
          if (isUnderWay) lane.underWay--
          else lane.waiting = lane.waiting.filter((other) => other !== number)
          if (lane.underWay === 0 && lane.waiting.length === 0) lanes.delete(streamId)
        },
      }
    },
  }
}
