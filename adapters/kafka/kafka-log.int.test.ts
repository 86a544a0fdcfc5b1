import { randomBytes } from 'node:crypto'
import { configurationOf } from '@reprise/core/configuration.ts'
import { logContract } from '@reprise/core/contracts/log.contract.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { createKafkaLog } from './kafka-log.ts'
import { ensureTopics } from './topics.ts'

logContract('Kafka', async () => {
  const { kafka: brokers } = configurationOf(process.env)
  const namespace = `log_${randomBytes(4).toString('hex')}`
  await ensureTopics({ brokers, namespace, partitions: 2, logger: quiet })
  return createKafkaLog({ brokers, namespace, logger: quiet })
})
