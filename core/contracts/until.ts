/** Waits for a condition. @throws after 30 seconds. */
export const until = async (condition: () => boolean): Promise<void> => {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 30_000) throw new Error('waited 30 s in vain')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
