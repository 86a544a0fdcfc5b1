import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PartContext } from '../part.ts'

/** The serial collector needs the least memory beside the heap, and on few cores starts fastest. */
export const jvmFlags: readonly string[] = [
  '-XX:+UseSerialGC',
  '-Xshare:auto',
  '-XX:+ExitOnOutOfMemoryError',
  '-Djava.awt.headless=true',
  '-Dfile.encoding=UTF-8',
]

/** Everything that Maven brought, behind whatever `before` names. */
export function classPathOf({ artefactDir }: PartContext, ...before: readonly string[]): string[] {
  return ['-cp', [...before, join(artefactDir, 'lib', '*')].join(':')]
}

/** Log lines to standard output, from where they go to the part's log. */
export async function writeLog4j(dir: string): Promise<void> {
  await writeFile(
    join(dir, 'log4j2.xml'),
    `<Configuration status="WARN">
  <Appenders><Console name="out"><PatternLayout pattern="%d{ISO8601} %-5p %c{1} %m%n"/></Console></Appenders>
  <Loggers><Root level="info"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
`,
  )
}
