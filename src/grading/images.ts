/** An image as people write it: without the registry that containerd adds for names that have none. */
const short = (image: string): string => image.replace(/^(docker\.io\/(library\/)?|localhost\/)/, '');

/** Two references of the same image: `kd/web:1.0` and `docker.io/kd/web:1.0`. A missing tag is `latest`. */
export function sameImage(a: string, b: string): boolean {
  const tagged = (image: string): string => (/[:@][^/]*$/.test(image) ? image : `${image}:latest`);
  return tagged(short(a)) === tagged(short(b));
}
