/* data.c - what is static in what is explored: kept once, copied back for each schedule.
 *
 * That is the data of our pools, which the Makefile renames to sections of their own, and
 * that of each library that was loaded after heap_libraries(): plug-ins and what came with
 * them. The runtime's own data, and a scenario's, stay as they are. */
#include "bench/explore/data.h"

#include <errno.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "bench/explore/runtime.h"

enum { STRETCHES_MAX = 64 };

static struct {
    char *at, *copy;
    size_t size;
} stretches[STRETCHES_MAX];
static int stretch_count;
static bool failed;

/* Of the linker; there are none where nothing is linked that is explored. */
extern char __start_explored_data[] __attribute__((weak)), __stop_explored_data[] __attribute__((weak));
extern char __start_explored_bss[] __attribute__((weak)), __stop_explored_bss[] __attribute__((weak));

static void keep(char *at, size_t size)
{
    if (!size)
        return;
    if (stretch_count == STRETCHES_MAX || !(stretches[stretch_count].copy = malloc(size))) {
        failed = true;
        return;
    }
    stretches[stretch_count].at = at;
    stretches[stretch_count].size = size;
    memcpy(stretches[stretch_count++].copy, at, size);
}

/* A library's writable segment, without what the linker makes read-only once it is loaded. */
static int keep_library(struct dl_phdr_info *info, size_t size, void *arg)
{
    char *base = (char *)info->dlpi_addr, *sealed_to = NULL;
    int *nth = arg;
    (void)size;
    if ((*nth)++ == 0)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD && segment->p_flags & PF_X && heap_is_library(base + segment->p_vaddr))
            return 0;
        if (segment->p_type == PT_GNU_RELRO)
            sealed_to = (char *)(((uintptr_t)base + segment->p_vaddr + segment->p_memsz + 4095) & ~(uintptr_t)4095);
    }
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        char *from = base + segment->p_vaddr, *to = from + segment->p_memsz;
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_W))
            continue;
        if (sealed_to > from)
            from = sealed_to;
        if (from < to)
            keep(from, (size_t)(to - from));
    }
    return 0;
}

/* Whether a library's undefined symbols name a hook. They are looked for up to the names
 * themselves, which linkers put behind the symbols. */
static bool has_hooks(const struct dl_phdr_info *info)
{
    const ElfW(Dyn) *dynamic = NULL;
    const ElfW(Sym) *symbols = NULL;
    const char *names = NULL;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            dynamic = (const ElfW(Dyn) *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    for (; dynamic && dynamic->d_tag != DT_NULL; dynamic++) {
        if (dynamic->d_tag == DT_SYMTAB)
            symbols = (const ElfW(Sym) *)dynamic->d_un.d_ptr;
        else if (dynamic->d_tag == DT_STRTAB)
            names = (const char *)dynamic->d_un.d_ptr;
    }
    for (; symbols && names && (const char *)(symbols + 1) <= names; symbols++)
        if (symbols->st_shndx == SHN_UNDEF && !strncmp(names + symbols->st_name, "__tsan_", 7))
            return true;
    return false;
}

static int look_for_hooks(struct dl_phdr_info *info, size_t size, void *arg)
{
    int *nth = arg;
    bool code = false, known = false;
    (void)size;
    if ((*nth)++ == 0)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD && segment->p_flags & PF_X) {
            code = true;
            known = known || heap_is_library((const char *)info->dlpi_addr + segment->p_vaddr);
        }
    }
    known = known || heap_is_language(info->dlpi_name) || strstr(info->dlpi_name, "/libgcc_s.so");
    return code && !known && !has_hooks(info); /* ends the walk */
}

bool data_is_hooked(void)
{
    int nth = 0;
    return dl_iterate_phdr(look_for_hooks, &nth) == 0;
}

int data_keep(void)
{
    int nth = 0;
    for (int i = 0; i < stretch_count; i++)
        free(stretches[i].copy);
    stretch_count = 0;
    failed = false;
    if (__start_explored_data)
        keep(__start_explored_data, (size_t)(__stop_explored_data - __start_explored_data));
    if (__start_explored_bss)
        keep(__start_explored_bss, (size_t)(__stop_explored_bss - __start_explored_bss));
    dl_iterate_phdr(keep_library, &nth);
    return failed ? -ENOMEM : 0;
}

void data_begin(void)
{
    for (int i = 0; i < stretch_count; i++)
        memcpy(stretches[i].at, stretches[i].copy, stretches[i].size);
}

void data_each(void (*look)(const char *at, size_t size))
{
    for (int i = 0; i < stretch_count; i++)
        look(stretches[i].at, stretches[i].size);
}
