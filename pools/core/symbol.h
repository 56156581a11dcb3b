/* symbol.h - what a function is called, found without a lock, from any place: in a
 * signal handler, and while a job stands in the loader.
 *
 * dladdr takes the loader's lock, which is held while a library's constructors run.
 * _dl_find_object (glibc 2.35) takes none; the object that it finds says the rest in its
 * own dynamic section. That is mapped as long as the function is: a pool is freed before
 * the code of its jobs is unloaded. */
#ifndef SYMBOL_H
#define SYMBOL_H

#include <stdint.h>

struct pool_symbol {
    const char *name; /* of the function; NULL: none that is exported (link with -rdynamic) */
    const char *file; /* that it was loaded from; NULL: not known */
    uintptr_t offset; /* in the file, as addr2line takes it; without one, the address */
};

/* Async-signal-safe. Cost: the symbols of one object. */
struct pool_symbol pool_symbol_of(uintptr_t function);

#endif
