/* plugged.c - plug-ins, seen as files: whether they were compiled to be followed, and which
 * build of program and plug-ins this is. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/explore/command.h"
#include "bench/measure/plugin.h"
#include "workloads/core/why.h"

/* The dynamic symbols of a file that is mapped whole; NULL where it is none of this kind. */
static const Elf64_Shdr *section_of(const char *file, size_t size, Elf64_Word type)
{
    const Elf64_Ehdr *head = (const Elf64_Ehdr *)file;
    if (size < sizeof *head || memcmp(head->e_ident, ELFMAG, SELFMAG) || head->e_ident[EI_CLASS] != ELFCLASS64 ||
        head->e_shoff > size || size - head->e_shoff < (size_t)head->e_shnum * sizeof(Elf64_Shdr))
        return NULL;
    for (int i = 0; i < head->e_shnum; i++) {
        const Elf64_Shdr *section = (const Elf64_Shdr *)(file + head->e_shoff) + i;
        if (section->sh_type == type && section->sh_offset <= size && size - section->sh_offset >= section->sh_size)
            return section;
    }
    return NULL;
}

/* Whether a dynamic symbol, or a name of a library, begins like this. */
static bool names_begin(const char *file, size_t size, const char *begin)
{
    const Elf64_Shdr *symbols = section_of(file, size, SHT_DYNSYM);
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(file + ((const Elf64_Ehdr *)file)->e_shoff);
    const Elf64_Shdr *strings;
    if (!symbols || symbols->sh_link >= ((const Elf64_Ehdr *)file)->e_shnum)
        return false;
    strings = &sections[symbols->sh_link];
    if (strings->sh_offset > size || size - strings->sh_offset < strings->sh_size || !strings->sh_size ||
        file[strings->sh_offset + strings->sh_size - 1])
        return false;
    for (size_t at = 0; at < strings->sh_size; at += strlen(file + strings->sh_offset + at) + 1)
        if (!strncmp(file + strings->sh_offset + at, begin, strlen(begin)))
            return true;
    return false;
}

/* Asks a file; false where it cannot be read. */
static bool file_asks_for(const char *path, const char *begin)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* it may be a pipe */
    struct stat status;
    void *file;
    bool found = false;
    if (fd < 0)
        return false;
    if (!fstat(fd, &status) && S_ISREG(status.st_mode) && status.st_size > 0 &&
        (file = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) != MAP_FAILED) {
        found = names_begin(file, (size_t)status.st_size, begin);
        munmap(file, (size_t)status.st_size);
    }
    close(fd);
    return found;
}

enum { FILES_MAX = 32 };
static struct {
    int first, end; /* of its pools, in pool_at */
    bool hooked;
} files[FILES_MAX];
static int file_count;
static uint32_t build = 2166136261;

/* FNV-1a over what decides what a seed means. */
static void build_add(const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        build = (build ^ ((const unsigned char *)bytes)[i]) * 16777619u;
}

static void build_add_file(const char *path)
{
    char bytes[65536];
    ssize_t length;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    while ((length = read(fd, bytes, sizeof bytes)) > 0)
        build_add(bytes, (size_t)length);
    close(fd);
}

unsigned command_build(void)
{
    static bool added;
    if (!added)
        build_add_file("/proc/self/exe");
    added = true;
    return (build >> 16 ^ build) & 0xffff ? (build >> 16 ^ build) & 0xffff : 1;
}

bool command_is_hooked(const struct pool_ops *ops)
{
    if (!pool_is_added(ops))
        return true;
    for (int i = 0; i < file_count; i++)
        for (int p = files[i].first; p < files[i].end; p++)
            if (pool_at(p) == ops)
                return files[i].hooked;
    return false;
}

/* The hook that is not here, in what the loader said; NULL: that was something else. */
static char *unknown_hook(char *text)
{
    static const char said[] = "undefined symbol: __tsan_";
    char *found = strstr(text, said);
    if (!found)
        return NULL;
    found += sizeof said - sizeof "__tsan_";
    found[strcspn(found, " (\n")] = '\0';
    return found;
}

static int refuse_hook(const char *path, char *hook, struct why why)
{
    char name[64];
    snprintf(name, sizeof name, "%s", hook);
    return why_wrong(why,
                     "--plugin %s: calls %s, a hook that is not known here (those of gcc's and clang's "
                     "-fsanitize=thread are); built without, it is taken as it is (docs/explore.md)",
                     path, name);
}

int command_load_plugin(const char *path, char *text, size_t size)
{
    struct why why = {text, size};
    int first = pool_count();
    bool hooked = file_asks_for(path, "__tsan_");
    if (file_asks_for(path, "libtsan.so"))
        return why_wrong(why,
                         "--plugin %s: is linked with ThreadSanitizer's own library; compile with -fsanitize=thread, "
                         "and link without (docs/explore.md has the line)",
                         path);
    if (file_asks_for(path, "__asan_init") || file_asks_for(path, "__msan_init"))
        return why_wrong(why,
                         "--plugin %s: is built for another sanitizer; build it with -fsanitize=thread, or with none "
                         "(docs/explore.md)",
                         path);
    if (plugin_load(path, why.text, why.size)) {
        char *hook = unknown_hook(why.text);
        return hook ? refuse_hook(path, hook, why) : -EINVAL;
    }
    build_add_file(path);
    if (file_count < FILES_MAX) {
        files[file_count].first = first;
        files[file_count].end = pool_count();
        files[file_count++].hooked = hooked;
    }
    return 0;
}
