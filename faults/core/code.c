/* code.c - see code.h. */
#include "faults/core/code.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>

enum { BARRED = 3 };
static struct {
    uintptr_t low, high;
} barred[BARRED];

/* The first instructions of the dynamic loader; 0: there is none. */
static int find_loader(struct dl_phdr_info *info, size_t size, void *found)
{
    (void)size;
    if (info->dlpi_addr != getauxval(AT_BASE))
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X)
            *(uintptr_t *)found = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
    return 1;
}

/* The object that holds an address becomes barred. */
static int bar(struct dl_phdr_info *info, size_t size, void *address)
{
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t low = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr, high = low + info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_X) || (uintptr_t)address < low ||
            (uintptr_t)address >= high)
            continue;
        for (int j = 0; j < BARRED; j++) {
            if (barred[j].high && barred[j].low != low)
                continue;
            barred[j].low = low;
            barred[j].high = high;
            return 1;
        }
    }
    return 0;
}

void code_bar(const void *address)
{
    dl_iterate_phdr(bar, (void *)(uintptr_t)address);
}

void code_bar_loader(void)
{
    uintptr_t found = 0;
    if (getauxval(AT_BASE))
        dl_iterate_phdr(find_loader, &found);
    code_bar((const void *)found);
}

bool code_is_barred(const void *address)
{
    for (int i = 0; i < BARRED; i++)
        if ((uintptr_t)address >= barred[i].low && (uintptr_t)address < barred[i].high)
            return true;
    return false;
}

struct object {
    uintptr_t address;
    bool stays;
};

/* Whether it is this one, and whether it says that it is never unloaded. */
static int look_at_object(struct dl_phdr_info *info, size_t size, void *data)
{
    struct object *object = data;
    const ElfW(Dyn) *entry = NULL;
    bool here = false;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t low = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        here |= info->dlpi_phdr[i].p_type == PT_LOAD && object->address >= low &&
                object->address - low < info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            entry = (const ElfW(Dyn) *)low;
    }
    for (; here && entry && entry->d_tag != DT_NULL; entry++)
        object->stays |= entry->d_tag == DT_FLAGS_1 && entry->d_un.d_val & DF_1_NODELETE;
    return here;
}

bool code_stays_loaded(const void *address)
{
    struct object object = {.address = (uintptr_t)address};
    dl_iterate_phdr(look_at_object, &object);
    return object.stays;
}
