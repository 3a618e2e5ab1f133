#include <xxhash.h>

/// Asks for the cache line at an address without waiting for it. Swift has no word for this.
static inline void interlock_prefetch(const void *address) { __builtin_prefetch(address); }
