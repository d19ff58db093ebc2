/** The playbook's /var/log/deployments.log: one line for each deployment that ended. */
export interface Journal {
  /** Appends a line once: the same key is never written twice. */
  append(key: string, line: string): Promise<void>
}
