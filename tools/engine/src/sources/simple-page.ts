/**
 * Pages of a Python package index: the "simple" API as HTML (PEP 503) or JSON (PEP 691).
 */
export interface PackageFile {
  readonly filename: string;
  /** Absolute. */
  readonly url: string;
  /** Undefined where the index does not tell. */
  readonly sha256: string | undefined;
  /** Versions of Python that it is for (`>=3.8`). */
  readonly requiresPython: string | undefined;
  readonly yanked: boolean;
}

/** A project's name as indexes spell it (PEP 503). */
export function normaliseProject(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** Reads a project's page, in whichever of the two forms. @param pageUrl what links are relative to. */
export function parseSimplePage(text: string, pageUrl: string): readonly PackageFile[] {
  return text.trimStart().startsWith('{') ? parseJson(text, pageUrl) : parseHtml(text, pageUrl);
}

interface JsonFile {
  readonly filename: string;
  readonly url: string;
  readonly hashes?: { readonly sha256?: string };
  readonly 'requires-python'?: string | null;
  readonly yanked?: boolean | string;
}

function parseJson(text: string, pageUrl: string): readonly PackageFile[] {
  const { files = [] } = JSON.parse(text) as { readonly files?: readonly JsonFile[] };
  return files.map((file) => ({
    filename: file.filename,
    url: new URL(file.url, pageUrl).href,
    sha256: file.hashes?.sha256,
    requiresPython: file['requires-python'] ?? undefined,
    yanked: file.yanked !== undefined && file.yanked !== false,
  }));
}

function parseHtml(text: string, pageUrl: string): readonly PackageFile[] {
  return [...text.matchAll(/<a\b([^>]*)>([^<]*)<\/a>/gi)].flatMap(([, attributes = '', label = '']) => {
    const href = attributeOf(attributes, 'href');
    if (href === undefined) return [];
    const url = new URL(href, pageUrl);
    const sha256 = /^#sha256=([0-9a-f]{64})$/i.exec(url.hash)?.[1]?.toLowerCase();
    url.hash = '';
    return [
      {
        filename: unescapeHtml(label.trim()),
        url: url.href,
        sha256,
        requiresPython: attributeOf(attributes, 'data-requires-python'),
        yanked: attributeOf(attributes, 'data-yanked') !== undefined,
      },
    ];
  });
}

function attributeOf(attributes: string, name: string): string | undefined {
  const found = new RegExp(
    `(?:^|\\s)${name}(?:\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]*)))?(?=\\s|$)`,
    'i',
  ).exec(attributes);
  if (found === null) return undefined;
  return unescapeHtml(found[1] ?? found[2] ?? found[3] ?? '');
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  amp: '&',
  '#39': "'",
  '#x27': "'",
};

function unescapeHtml(text: string): string {
  return text.replaceAll(
    /&(lt|gt|quot|amp|#39|#x27);/gi,
    (_, name: string) => entities[name.toLowerCase()] ?? '',
  );
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A project's page as HTML. @param hrefOf where the reader is to find a file. */
export function renderSimplePage(
  files: readonly PackageFile[],
  hrefOf: (file: PackageFile) => string,
): string {
  const links = files.map((file) => {
    const python = file.requiresPython;
    const requires = python === undefined ? '' : ` data-requires-python="${escapeHtml(python)}"`;
    const yanked = file.yanked ? ' data-yanked=""' : '';
    return `<a href="${escapeHtml(hrefOf(file))}"${requires}${yanked}>${escapeHtml(file.filename)}</a><br>\n`;
  });
  return `<!DOCTYPE html>\n<html><body>\n${links.join('')}</body></html>\n`;
}
