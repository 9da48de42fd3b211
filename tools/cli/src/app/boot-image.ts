export async function bootImage(request: unknown): Promise<number> {
  void request;
  return 1;
}
