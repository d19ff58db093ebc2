/** Help from the live catalogue: five lines, or more about one word. */

import { nearestWord } from '../../playbook/nearest-word.ts'
import type { ChatMessage } from '../../ports/chat.ts'
import type { Catalogue } from '../command/parse-fault.ts'
import { exampleCommand } from '../command/parse-fault.ts'
import { VERBS, type Verb, verbOf } from '../command/verbs.ts'
import { context, section } from './blocks.ts'
import { fitToSlack } from './fit-to-slack.ts'
import { code, escapeText } from './mrkdwn.ts'
import { cutLabel } from './text-pieces.ts'

const ABOUT: Readonly<Record<Verb, { readonly form: string; readonly says: string }>> = {
  deploy: {
    form: '<service> <version> [strategy]',
    says: 'Starts a deployment. A card appears in the channel of the service and is kept up to date until the end. Without a strategy the service’s own is taken.',
  },
  plan: {
    form: 'plan <service> <version> [strategy]',
    says: 'Shows every step a deployment would take, and how long. Changes nothing.',
  },
  status: { form: 'status [service]', says: 'What is live, at which phase, with which share of traffic.' },
  approve: {
    form: 'approve <service>',
    says: 'Agrees to the next share of traffic. Approvers of the service may; whoever asked for the deployment usually may not.',
  },
  hold: { form: 'hold <service> [reason]', says: 'Stops where it is. The traffic stays as it is, watching goes on.' },
  resume: { form: 'resume <service>', says: 'Goes on after a hold.' },
  abort: {
    form: 'abort <service> [reason]',
    says: 'Ends a live deployment: all traffic goes back to the old version at once, then the new version is taken away.',
  },
  rollback: {
    form: 'rollback <service> [reason]',
    says: 'All traffic goes back to the old version at once. Also after the end, for as long as the old version is kept.',
  },
  emergency: {
    form: 'emergency <service> <reason>',
    says: 'The last resort: all traffic goes back by what is written on the cluster, even when the record is lost. It asks once, then records the incident. From a shell: tminus emergency <service>.',
  },
  unblock: {
    form: 'unblock <service> <version> <reason>',
    says: 'Lets a version be deployed again that was rolled back. Approvers of the service may; the reason goes to the channel.',
  },
  help: { form: 'help [word]', says: 'This, or more about one word.' },
}

const FEATURED: readonly Verb[] = ['deploy', 'plan', 'status', 'abort', 'approve']

/** `topic`: a verb or a service; anything else gets the general help and the nearest word. */
export function drawHelp(catalogue: Catalogue, topic?: string, commandName = '/deploy'): ChatMessage {
  const verb = topic === undefined ? undefined : verbOf(topic)
  if (verb !== undefined) return aboutVerb(verb, catalogue, commandName)
  const service = catalogue.find((entry) => entry.name === topic?.toLowerCase())
  if (service !== undefined) return aboutService(service, catalogue, commandName)
  const nearest = topic === undefined ? null : nearestWord(topic, [...VERBS, ...catalogue.map((entry) => entry.name)])
  const unknown =
    topic === undefined
      ? ''
      : `There is no help about ${code(cutLabel(topic, 60))}.${nearest === null ? '' : ` Did you mean ${code(nearest)}?`}\n`
  const lines = FEATURED.map(
    (name) => `• ${code(`${commandName} ${ABOUT[name].form}`)} ${firstSentence(ABOUT[name].says)}`,
  )
  const more = VERBS.filter((name) => !FEATURED.includes(name))
    .map((name) => code(name))
    .join(' ')
  return fitToSlack({
    text: `How to deploy. For example: ${escapeText(exampleCommand(catalogue, commandName))}`,
    blocks: [
      section(
        `${unknown}*Deployments from 0 to 100 %, and back.* Try ${code(exampleCommand(catalogue, commandName))}\n${lines.join('\n')}`,
      ),
      section(`Services: ${services(catalogue)}`),
      context(`Also: ${more}. More about a word: ${code(`${commandName} help abort`)}`),
    ],
  })
}

/** At most so many services are listed; the rest are counted. */
const LISTED = 20

function services(catalogue: Catalogue): string {
  if (catalogue.length === 0) return 'none yet: add one to tminus.yml'
  const listed = catalogue.slice(0, LISTED).map((entry) => `${code(entry.name)} (${entry.strategies.join(', ')})`)
  const more = catalogue.length > LISTED ? [`… ${catalogue.length - LISTED} more`] : []
  return [...listed, ...more].join(' · ')
}

function aboutVerb(verb: Verb, catalogue: Catalogue, commandName: string): ChatMessage {
  const { form, says } = ABOUT[verb]
  const example = exampleCommand(catalogue, commandName, verb)
  return fitToSlack({
    text: `${escapeText(`${commandName} ${form}`)}: ${says} For example: ${escapeText(example)}`,
    blocks: [section(`${code(`${commandName} ${form}`)}\n${says}\nFor example: ${code(example)}`)],
  })
}

function aboutService(service: Catalogue[number], catalogue: Catalogue, commandName: string): ChatMessage {
  const example = exampleCommand(catalogue, commandName, 'deploy', service.name)
  const strategies = service.strategies.join(', ')
  return fitToSlack({
    text: `${escapeText(service.name)} is deployed by ${strategies}. For example: ${escapeText(example)}`,
    blocks: [section(`*${escapeText(service.name)}* is deployed by ${strategies}.\nFor example: ${code(example)}`)],
  })
}

function firstSentence(text: string): string {
  return /^[^.:]*[.:]/.exec(text)?.[0].replace(/:$/, '.') ?? text
}
