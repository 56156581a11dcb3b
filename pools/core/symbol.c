/* symbol.c - see symbol.h. Sources of the tables' layouts: the System V ABI for DT_HASH,
 * glibc's elf/dl-lookup.c for DT_GNU_HASH. */
#include "pools/core/symbol.h"

#include <errno.h>
#include <stddef.h>

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 35)
#include <dlfcn.h>
#include <link.h>

/* An object's exported functions. */
struct table {
    const ElfW(Sym) * symbols;
    const char *names;
    const uint32_t *hash, *gnu_hash; /* which say how many there are; or NULL */
};

/* The loader relocates these addresses in place, but on some processors. */
static const void *address_in(const struct link_map *map, ElfW(Addr) address)
{
    return (const void *)(address < map->l_addr ? map->l_addr + address : address);
}

static struct table table_of(const struct link_map *map)
{
    struct table table = {NULL, NULL, NULL, NULL};
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
        const void *address = address_in(map, entry->d_un.d_ptr);
        if (entry->d_tag == DT_SYMTAB)
            table.symbols = address;
        else if (entry->d_tag == DT_STRTAB)
            table.names = address;
        else if (entry->d_tag == DT_HASH)
            table.hash = address;
        else if (entry->d_tag == DT_GNU_HASH)
            table.gnu_hash = address;
    }
    return table;
}

/* DT_GNU_HASH: {buckets, first symbol, words of the filter, shift}, the filter, the
 * buckets with the first symbol of each chain, the chains, whose last word is odd. */
static size_t count_gnu(const uint32_t *hash)
{
    size_t buckets = hash[0], first = hash[1], last = 0;
    const uint32_t *bucket = (const uint32_t *)((const ElfW(Addr) *)(hash + 4) + hash[2]), *chains = bucket + buckets;
    for (size_t i = 0; i < buckets; i++)
        if (bucket[i] > last)
            last = bucket[i];
    if (last < first)
        return 0;
    while (!(chains[last - first] & 1))
        last++;
    return last + 1;
}

static size_t count_of(const struct table *table)
{
    if (table->gnu_hash)
        return count_gnu(table->gnu_hash);
    return table->hash ? table->hash[1] : 0;
}

static const char *name_in(const struct link_map *map, uintptr_t function)
{
    struct table table = table_of(map);
    size_t count = table.symbols && table.names ? count_of(&table) : 0;
    for (size_t i = 0; i < count; i++) {
        const ElfW(Sym) *symbol = &table.symbols[i];
        uintptr_t begin = map->l_addr + symbol->st_value;
        if (symbol->st_shndx != SHN_UNDEF && symbol->st_value && function >= begin &&
            (function - begin < symbol->st_size || function == begin))
            return table.names + symbol->st_name;
    }
    return NULL;
}

struct pool_symbol pool_symbol_of(uintptr_t function)
{
    struct pool_symbol symbol = {.offset = function};
    struct dl_find_object found;
    if (_dl_find_object((void *)function, &found))
        return symbol;
    symbol.name = name_in(found.dlfo_link_map, function);
    symbol.file = found.dlfo_link_map->l_name;
    if (!symbol.file || !*symbol.file)
        symbol.file = program_invocation_name;
    symbol.offset = function - found.dlfo_link_map->l_addr;
    return symbol;
}

#else

struct pool_symbol pool_symbol_of(uintptr_t function)
{
    return (struct pool_symbol){.offset = function};
}

#endif
