/** The object without some of its members. */
export const without = <T extends object, const Name extends keyof T>(
  object: T,
  names: readonly Name[],
): Omit<T, Name> => {
  const rest: Partial<T> = { ...object }
  for (const name of names) Reflect.deleteProperty(rest, name)
  return rest as Omit<T, Name>
}
