#include <stdlib.h>
#include <xxhash.h>

#ifdef __linux__
#include <sys/mman.h>
#endif

/// Asks for the cache line at an address without waiting for it. Swift has no word for this.
static inline void interlock_prefetch(const void *address) { __builtin_prefetch(address); }

/// Whether two runs of bytes are equal, eight and more at a time.
static inline int interlock_is_equal(const void *a, const void *b, unsigned long count) {
  return __builtin_memcmp(a, b, count) == 0;
}

/// Asks for large pages behind whole memory, which random looks into it then miss less often.
static inline void interlock_prefer_large_pages(void *address, unsigned long count) {
#ifdef MADV_HUGEPAGE
  madvise(address, count, MADV_HUGEPAGE);
#endif
}

/// Makes memory of malloc larger or smaller; pages of large memory are not copied but found at another address.
static inline void *interlock_resize(void *memory, unsigned long count) { return realloc(memory, count); }

/// Gives memory of malloc back.
static inline void interlock_free(void *memory) { free(memory); }
