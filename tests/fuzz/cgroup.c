/* cgroup.c - what topology_quota reads below a root: /proc/self/cgroup, mountinfo, and
 * the files of groups. The input is these files, with a line "%%" between them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pools/core/topology.h"
#include "tests/fuzz/fuzz.h"

static const char *const folders[] = {"proc", "proc/self", "c", "c/g"};
static const char *const files[] = {"proc/self/cgroup", "proc/self/mountinfo",  "c/cpu.max",
                                    "c/g/cpu.max",      "c/g/cpu.cfs_quota_us", "c/g/cpu.cfs_period_us"};
enum { FOLDERS = sizeof folders / sizeof *folders, FILES = sizeof files / sizeof *files };

static char root[64];

static void clear(void)
{
    char path[128];
    for (int i = 0; i < FILES; i++)
        snprintf(path, sizeof path, "%s/%s", root, files[i]), unlink(path);
    for (int i = FOLDERS - 1; i >= 0; i--)
        snprintf(path, sizeof path, "%s/%s", root, folders[i]), rmdir(path);
    rmdir(root);
}

/* One root for all inputs of the process. */
static void begin(void)
{
    char path[128];
    if (*root)
        return;
    strcpy(root, "/tmp/poolbench-fuzz-XXXXXX");
    if (!mkdtemp(root))
        exit(1);
    for (int i = 0; i < FOLDERS; i++)
        snprintf(path, sizeof path, "%s/%s", root, folders[i]), mkdir(path, 0700);
    atexit(clear);
}

static const char *write_file(int which, const char *text, size_t *left)
{
    const char *end = memmem(text, *left, "%%\n", 3);
    size_t length = end ? (size_t)(end - text) : *left;
    char path[128];
    FILE *file;
    snprintf(path, sizeof path, "%s/%s", root, files[which]);
    file = fopen(path, "w");
    if (!file || fwrite(text, 1, length, file) != length || fclose(file))
        exit(1);
    *left -= end ? length + 3 : length;
    return text + length + (end ? 3 : 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    char from[512];
    double quota;
    begin();
    for (int i = 0; i < FILES; i++)
        text = write_file(i, text, &size);
    quota = topology_quota(root, from, sizeof from);
    if (!(quota >= 0) || isinf(quota) || (quota > 0) != (*from != '\0') || strlen(from) >= sizeof from)
        abort();
    return 0;
}
