import './clients-as-published.ts'
import { Kafka, logLevel } from 'kafkajs'
import { closedLoops } from './measure.ts'

/** What a bare producer is to send. */
export type ProducerJob = {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly loops: number
  readonly recordsPerBatch: number
  readonly valueBytes: number
  readonly seconds: number
}

/** Sends batches of records like those that plays become in closed loops, and tells how many records a second that were. */
const send = async (job: ProducerJob): Promise<number> => {
  const producer = new Kafka({ brokers: [...job.brokers], logLevel: logLevel.NOTHING }).producer({
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  const value = Buffer.alloc(job.valueBytes, 'x')
  const headers = { ce_id: '0192f0aa-0000-7000-8000-000000000001', ce_type: 'TrackPlayed' }
  const messages = Array.from({ length: job.recordsPerBatch }, () => ({
    partition: 0,
    key: 'bench',
    value,
    headers,
  }))
  const sendBatch = () => producer.send({ topic: job.topic, acks: -1, messages })
  const { perSecond } = await closedLoops(job.loops, job.seconds, sendBatch)
  await producer.disconnect()
  return perSecond * job.recordsPerBatch
}

process.once('message', (job: ProducerJob) => {
  void send(job).then((result) => process.send?.(result, () => process.exit(0)))
})
