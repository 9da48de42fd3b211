export async function verifyImage(request: unknown): Promise<number> {
  void request;
  return 1;
}
