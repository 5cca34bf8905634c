/** Tells from words that memory ran out, where nobody counts it. */

/**
 * TensorFlow's ("OOM when allocating tensor", of its kernels and of a GPU's allocator), the C++ library's
 * (std::bad_alloc), V8's of its heap and of array buffers, and the system's ENOMEM.
 */
const SHORTAGE =
  /OOM when allocating|ran out of memory|std::bad_alloc|heap out of memory|Array buffer allocation failed|Cannot allocate memory|ENOMEM/;

export function saysOutOfMemory(words: string): boolean {
  return SHORTAGE.test(words);
}
