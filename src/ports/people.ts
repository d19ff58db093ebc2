/** Who somebody is, asked anew at every decision. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly team: string
  readonly kind: 'member' | 'guest' | 'bot' | 'deleted' | 'stranger'
}

export interface People {
  /** Throws ChatError when the workspace cannot be asked. */
  lookup(userId: string): Promise<Person>
}
