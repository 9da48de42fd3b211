import { z } from 'zod';
import { expected } from '../diagnostics/schema-problems.ts';

const text = (what: string) =>
  z.string({ error: expected(what) }).min(1, { error: `expected ${what}, found an empty text` });

const absolutePath = text('an absolute path').regex(/^\//, { error: 'expected an absolute path' });

const hostFile = text('an absolute path').regex(/^(?:\/|\$[A-Za-z_][A-Za-z0-9_]*$)/, {
  error: 'expected an absolute path, or a $ and the name of a variable that holds one',
});

const hostTool = z.strictObject(
  {
    tool: text('the name of a program').describe('name of the program, looked up in the PATH'),
    package: text('the name of a Debian package').optional().describe('Debian package that has it'),
  },
  { error: expected("a map with 'tool' and 'package'") },
);

const cache = z.strictObject(
  {
    path: absolutePath.optional().describe('folder in the target root'),
    'image-cache': text('a relative path')
      .regex(/^(?!\/|.*\.\.)/, { error: 'expected a relative path' })
      .optional()
      .describe('folder below DIB_IMAGE_CACHE, instead'),
    name: text('a name of letters, digits and hyphens')
      .regex(/^[a-z0-9][a-z0-9.-]*$/, { error: 'expected a name of lower-case letters, digits, hyphens' })
      .describe('name of the cache; elements that give the same name share it'),
    kind: z
      .enum(['files', 'directory'], { error: expected('files or directory') })
      .optional()
      .describe(
        'files: each file by itself, never changed once written; directory: the folder as a whole. Default: files',
      ),
  },
  { error: expected("a map with 'path' and 'name'") },
);

const cacheInOnePlace = cache.refine((it) => (it.path === undefined) !== (it['image-cache'] === undefined), {
  error: "expected either 'path' or 'image-cache'",
});

/** `elements/<name>/element.yaml`: what diskimage-builder's own files cannot say. Every key may be left out. */
export const elementDeclarationsSchema = z.strictObject(
  {
    description: z
      .string({ error: expected('a text') })
      .optional()
      .describe('what the element does, in a sentence'),
    variables: z
      .array(
        text('the name of a variable').regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/, {
          error: 'expected the name of a variable, or the beginning of names and a *',
        }),
        { error: expected('a list of variable names') },
      )
      .optional()
      .describe(
        'variables that the hooks read although no script names them; a * at the end stands for any rest',
      ),
    secrets: z
      .array(
        text('the name of a variable').regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
          error: 'expected the name of a variable',
        }),
        { error: expected('a list of variable names') },
      )
      .optional()
      .describe(
        'variables whose values appear in no log and no record, beside those with PASSWORD, SECRET, TOKEN or KEY in their names',
      ),
    'host-tools': z
      .array(hostTool, { error: expected('a list of programs') })
      .optional()
      .describe('programs of the host that the host hooks run'),
    'host-files': z
      .array(hostFile, { error: expected('a list of absolute paths') })
      .optional()
      .describe('files and folders of the host that the hooks read; $NAME: the one that the variable names'),
    restorable: z
      .boolean({ error: expected('true or false') })
      .optional()
      .describe(
        'false: a phase with hooks of this element is never taken from the content store. Default: true',
      ),
    caches: z
      .array(cacheInOnePlace, { error: expected('a list of caches') })
      .optional()
      .describe('package caches that are kept between builds'),
    lock: z
      .strictObject(
        {
          'host-files': z
            .array(hostFile, { error: expected('a list of absolute paths') })
            .optional()
            .describe('files and folders of the host that the scripts in lock.d look at'),
        },
        { error: expected("a map with 'host-files'") },
      )
      .optional()
      .describe('what the scripts in lock.d depend on'),
  },
  { error: expected('a map with the keys of element.yaml') },
);

export type ElementDeclarationsData = z.infer<typeof elementDeclarationsSchema>;
