/* revision.c - see revision.h. */
#include "bench/commands/revision.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/json/utf8.h"
#include "bench/machine/tool.h"

enum { SECONDS = 5 };

/* Nothing that git could take for an option or a range. "-dirty" is none of git's names. */
static bool plain_name(const char *revision, char *name, size_t size)
{
    char *dirty;
    snprintf(name, size, "%s", revision);
    dirty = strstr(name, "-dirty");
    if (dirty && !dirty[6])
        *dirty = '\0';
    for (const char *c = name; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
            return false;
    return isalnum((unsigned char)*name) && !strstr(name, "..");
}

const char *revision_subject(const char *revision, char *text, size_t size)
{
    char name[128], plain[] = "git", log[] = "log", one[] = "-1", format[] = "--format=%s", end[] = "--";
    char *const words[] = {plain, log, one, format, name, end, NULL};
    struct tool tool = {.words = words, .seconds = SECONDS};
    int status = 0;
    ssize_t length;
    *text = '\0';
    if (!plain_name(revision, name, sizeof name) || (tool.out = memfd_create("git", MFD_CLOEXEC)) < 0)
        return text;
    if (!tool_run(&tool, &status) && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        length = pread(tool.out, text, size - 1, 0);
        text[length > 0 ? length : 0] = '\0';
        text[strcspn(text, "\n")] = '\0';
        utf8_repair(text);
        for (char *c = text; *c; c++)
            *c = (unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c;
    }
    close(tool.out);
    return text;
}
