/** `tminus schema`: the JSON Schema of tminus.yml, for editors. */
import { catalogueJsonSchema } from '../config/catalogue-schema.ts'

export function schema(print: (line: string) => void): number {
  print(JSON.stringify(catalogueJsonSchema(), null, 2))
  return 0
}
