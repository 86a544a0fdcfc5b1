import type { Measurement } from '@reprise/core/measurement.ts'

/** Measurements in Prometheus' text format, those of one name together. */
export const measurementsText = (measurements: readonly Measurement[]): string =>
  [...Map.groupBy(measurements, ({ name }) => name)]
    .map(([name, samples]) => {
      const type = name.endsWith('_total') ? 'counter' : 'gauge'
      const head = `# HELP ${name} ${samples[0]?.help ?? ''}\n# TYPE ${name} ${type}\n`
      return head + samples.map(({ labels, value }) => `${name}${labelsText(labels)} ${value}\n`).join('')
    })
    .join('')

const labelsText = (labels: Measurement['labels']): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
