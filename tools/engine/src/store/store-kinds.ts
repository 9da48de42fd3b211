/** What the things in a store are for, as `kiln store status` lists them. */
export const storeKinds = [
  'layers',
  'artifacts',
  'checkpoints',
  'sources',
  'records',
  'unreferenced',
] as const;
export type StoreKind = (typeof storeKinds)[number];

const kindsByWord: Readonly<Record<string, StoreKind>> = {
  blob: 'layers',
  artifact: 'artifacts',
  checkpoint: 'checkpoints',
  source: 'sources',
};

/** The kind of what lies under a key, by the key's first word. Whatever is not known is a record. */
export function kindOfKey(key: string): StoreKind {
  return kindsByWord[key.split(' ')[0] ?? ''] ?? 'records';
}
