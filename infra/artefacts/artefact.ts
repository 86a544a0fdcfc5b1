import { createHash } from 'node:crypto'

/** Something that Maven resolves once into the shared cache. */
export type Artefact = {
  readonly name: string
  readonly version: string
  /** `group:artifact:version[:type:classifier]` */
  readonly dependencies: readonly string[]
  /** `group:artifact`, left out wherever it would come in. */
  readonly exclusions: readonly string[]
  /** Names the revision of `finish`, so that a changed one resolves the artefact again. */
  readonly finishRevision?: string
  /** What is left to do after Maven: unpack, compile. `dir` is not yet visible to anyone else. */
  readonly finish?: (dir: string, tools: { readonly java: string }) => Promise<void>
}

/** The folder's name in the cache: it changes with everything that decides what is inside. */
export function folderOf(artefact: Artefact): string {
  const recipe = JSON.stringify([artefact.dependencies, artefact.exclusions, artefact.finishRevision ?? ''])
  return `${artefact.name}-${artefact.version}-${createHash('sha256').update(recipe).digest('hex').slice(0, 8)}`
}

/** A pom that depends on exactly what the artefact names. */
export function pomOf(artefact: Artefact): string {
  const exclusions = artefact.exclusions
    .map((name) => name.split(':'))
    .map(([group, id]) => `<exclusion><groupId>${group}</groupId><artifactId>${id}</artifactId></exclusion>`)
    .join('')
  const dependencies = artefact.dependencies.map((coordinates) => dependencyOf(coordinates, exclusions))
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>reprise</groupId><artifactId>${artefact.name}</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependencies.join('\n    ')}
  </dependencies>
</project>
`
}

function dependencyOf(coordinates: string, exclusions: string): string {
  const [group, id, version, type, classifier] = coordinates.split(':')
  return [
    `<dependency><groupId>${group}</groupId><artifactId>${id}</artifactId><version>${version}</version>`,
    type === undefined ? '' : `<type>${type}</type>`,
    classifier === undefined ? '' : `<classifier>${classifier}</classifier>`,
    `<exclusions>${exclusions}</exclusions></dependency>`,
  ].join('')
}
