/** The name of a container image: a repository, which may begin with a registry, and a tag. */
export interface ContainerReference {
  readonly repository: string;
  readonly tag: string;
}

const registry = /^(?:localhost|[\w-]+(?:\.[\w-]+)+|[\w.-]+(?=:))(?::\d+)?\//;
const pattern =
  /^((?:[\w.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+|\/)[a-z0-9]+)*)(?::([\w][\w.-]{0,127}))?$/;

/** Parses `[registry/]name[:tag]` (Docker's reference grammar, without digests); the tag is `latest` by default. */
export function parseContainerReference(text: string): ContainerReference | undefined {
  const [, repository, tag = 'latest'] = pattern.exec(text) ?? [];
  return repository === undefined ? undefined : { repository, tag };
}

/** The name of an image that has none of its own, from any text. */
export function referenceFromName(name: string): ContainerReference {
  const words = name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return { repository: words.length === 0 ? 'image' : words.join('-'), tag: 'latest' };
}

/** With the registry and folder that Docker fills in where they are left out. */
export function fullReference({ repository, tag }: ContainerReference): string {
  if (registry.test(repository)) return `${repository}:${tag}`;
  return `docker.io/${repository.includes('/') ? '' : 'library/'}${repository}:${tag}`;
}
