/* shadow.c - see shadow.h. */
#include "bench/measure/shadow.h"

#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if __ELF_NATIVE_CLASS == 64
#define SYMBOL_OF(info) ELF64_R_SYM(info)
#else
#define SYMBOL_OF(info) ELF32_R_SYM(info)
#endif

/* Relocations: the places that the loader writes addresses to, each with the symbol that it looks up. */
struct places {
    const char *first;
    size_t bytes, each;
};

/* What an object's dynamic section says. */
struct object {
    const ElfW(Sym) * symbols;
    const char *names;
    struct places data, calls;
    bool own_first; /* it was linked with -Bsymbolic */
};

/* The loader relocates these addresses in place, but on some processors. */
static const void *address_in(const struct link_map *map, ElfW(Addr) address)
{
    return (const void *)(address < map->l_addr ? map->l_addr + address : address);
}

static struct object object_of(const struct link_map *map)
{
    struct object object = {.data.each = sizeof(ElfW(Rela)), .calls.each = sizeof(ElfW(Rela))};
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
        size_t value = entry->d_un.d_val;
        const void *address = address_in(map, entry->d_un.d_ptr);
        switch (entry->d_tag) {
        case DT_SYMTAB:
            object.symbols = address;
            break;
        case DT_STRTAB:
            object.names = address;
            break;
        case DT_REL:
            object.data.each = sizeof(ElfW(Rel)); /* fall through */
        case DT_RELA:
            object.data.first = address;
            break;
        case DT_RELSZ:
        case DT_RELASZ:
            object.data.bytes = value;
            break;
        case DT_JMPREL:
            object.calls.first = address;
            break;
        case DT_PLTRELSZ:
            object.calls.bytes = value;
            break;
        case DT_PLTREL:
            object.calls.each = value == DT_REL ? sizeof(ElfW(Rel)) : sizeof(ElfW(Rela));
            break;
        case DT_SYMBOLIC:
            object.own_first = true;
            break;
        case DT_FLAGS:
            object.own_first |= value & DF_SYMBOLIC;
            break;
        default:
            break;
        }
    }
    return object;
}

/* Whether the program has it, and none of its libraries: of what the C library has, too, the program's
 * is meant to come first. */
static bool is_ours(const char *name)
{
    static const char mine;
    Dl_info program, found;
    void *first = dlsym(RTLD_DEFAULT, name);
    return first && !dlsym(RTLD_NEXT, name) && dladdr(&mine, &program) && dladdr(first, &found) &&
           program.dli_fbase == found.dli_fbase;
}

/* The name of a symbol that the object has, and that it finds in the program; NULL: there is none. */
static const char *shadowed(const struct object *object, struct places places)
{
    for (size_t at = 0; at + places.each <= places.bytes; at += places.each) {
        /* what they begin with is alike */
        size_t number = SYMBOL_OF(((const ElfW(Rel) *)(const void *)(places.first + at))->r_info);
        const ElfW(Sym) *symbol = &object->symbols[number];
        if (number && symbol->st_shndx != SHN_UNDEF && is_ours(object->names + symbol->st_name))
            return object->names + symbol->st_name;
    }
    return NULL;
}

int shadow_check(void *loaded, const char *path, struct why why)
{
    struct link_map *map;
    if (!loaded || dlinfo(loaded, RTLD_DI_LINKMAP, &map))
        return 0;
    for (; map; map = map->l_next) { /* what came along stands behind it */
        struct object object = object_of(map);
        const char *name = NULL;
        if (object.symbols && object.names && !object.own_first)
            name = shadowed(&object, object.calls);
        if (object.symbols && object.names && !object.own_first && !name)
            name = shadowed(&object, object.data);
        if (name)
            return why_wrong(
                why,
                "plug-in %s: its %s would be this program's, not its own copy (link it with -Wl,-Bsymbolic, or "
                "compile it with -fvisibility=hidden)",
                path, name);
    }
    return 0;
}
