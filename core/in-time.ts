/**
 * The answer, if it comes within so many milliseconds; what becomes of it afterwards is nobody's to tell.
 * @throws what the answer throws, and what `late` makes when it doesn't come
 */
export const inTime = async <T>(answer: Promise<T>, ms: number, late: () => Error): Promise<T> => {
  const tooLate = Promise.withResolvers<never>()
  const timer = setTimeout(() => tooLate.reject(late()), ms)
  return Promise.race([answer, tooLate.promise]).finally(() => clearTimeout(timer))
}
