/* topology_quota.c - how many CPUs a cgroup grants: topology_quota of topology.h.
 *
 * /proc/self/cgroup names the group of this process in each hierarchy, and
 * /proc/self/mountinfo the places where parts of hierarchies can be seen. A mount shows
 * the tree below its own root; the files of a group count when the mount shows it. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pools/core/topology.h"

static bool read_line(char *line, size_t size, const char *root, const char *a, const char *b, const char *c)
{
    char path[8192];
    FILE *file;
    bool read;
    snprintf(path, sizeof path, "%s%s%s/%s", root, a, b, c);
    file = fopen(path, "re");
    if (!file)
        return false;
    read = fgets(line, (int)size, file) != NULL;
    fclose(file);
    return read;
}

/* In CPUs; 0: what stands there is no limit. */
static double cpus_of(double quota, double period)
{
    return quota > 0 && period > 0 && isfinite(quota / period) ? quota / period : 0;
}

/* One level of the tree, either version; 0 for no limit. */
static double quota_at(const char *root, const char *mount, const char *group, bool version2, const char **file)
{
    char line[128], period_line[128];
    double quota, period;
    if (version2) {
        *file = "cpu.max";
        return read_line(line, sizeof line, root, mount, group, "cpu.max") &&
                       sscanf(line, "%lf %lf", &quota, &period) == 2
                   ? cpus_of(quota, period)
                   : 0;
    }
    *file = "cpu.cfs_quota_us";
    if (!read_line(line, sizeof line, root, mount, group, "cpu.cfs_quota_us") ||
        !read_line(period_line, sizeof period_line, root, mount, group, "cpu.cfs_period_us"))
        return 0;
    return cpus_of(strtod(line, NULL), strtod(period_line, NULL));
}

/* The tightest that was seen, and where. */
struct tightest {
    double cpus; /* 0: none yet */
    char *from;
    size_t size;
};

/* Walks from the group up to the mount's root. */
static void look_up(const char *root, const char *mount, const char *group, bool version2, struct tightest *tightest)
{
    char path[4096];
    snprintf(path, sizeof path, "%s", strcmp(group, "/") ? group : "");
    for (;;) {
        const char *file;
        double quota = quota_at(root, mount, path, version2, &file);
        char *slash = strrchr(path, '/');
        if (quota > 0 && (tightest->cpus == 0 || quota < tightest->cpus)) {
            tightest->cpus = quota;
            if (tightest->from)
                snprintf(tightest->from, tightest->size, "%s%s/%s", mount, path, file);
        }
        if (!slash)
            return;
        *slash = '\0';
    }
}

/* mountinfo writes a blank in a path as \040, and other marks of its own likewise. */
static void decode(char *path)
{
    char *to = path;
    for (const char *from = path; *from; to++) {
        int code = 0, digits = 0;
        while (*from == '\\' && digits < 3 && from[1 + digits] >= '0' && from[1 + digits] <= '7')
            code = 8 * code + from[1 + digits++] - '0';
        *to = digits == 3 ? (char)code : *from;
        from += digits == 3 ? 4 : 1;
    }
    *to = '\0';
}

/* Whether a word is one of a list by comma. */
static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (; *list; list += strcspn(list, ","), list += *list == ',')
        if (strcspn(list, ",") == length && !strncmp(list, word, length))
            return true;
    return false;
}

/* A line of mountinfo that shows the controller's hierarchy: where it is mounted, and the
 * group at its root. Both have room for the line. */
static bool parse_mount(char *line, bool version2, char *mount, char *mount_root)
{
    char *rest = strstr(line, " - "), *save, *type, *options;
    if (!rest || sscanf(line, "%*s %*s %*s %s %s", mount_root, mount) != 2)
        return false;
    type = strtok_r(rest + 3, " \n", &save);
    strtok_r(NULL, " \n", &save); /* the source */
    options = strtok_r(NULL, " \n", &save);
    decode(mount);
    decode(mount_root);
    if (version2)
        return type && !strcmp(type, "cgroup2");
    return type && options && !strcmp(type, "cgroup") && has_word(options, "cpu");
}

/* Whether a path leads out of where it begins: of what our namespace, or the mount, shows. */
static bool leads_out(const char *path)
{
    return !strncmp(path, "/..", 3) && (!path[3] || path[3] == '/');
}

/* A group as its mount shows it: what is left of its path below the mount's root, "/" for
 * that itself; NULL where the mount shows another part of the tree. */
static const char *below(const char *group, const char *mount_root)
{
    size_t length = strcmp(mount_root, "/") ? strlen(mount_root) : 0;
    if (strncmp(group, mount_root, length) || (group[length] && group[length] != '/') || leads_out(group + length))
        return NULL;
    return group[length] ? group + length : "/";
}

/* The mounts of one hierarchy, one after the other. */
struct mounts {
    FILE *file;
    bool version2;
    char *line, *point, *root; /* of the present one: its line, where it is, the group at its root */
    size_t room;
};

static struct mounts mounts_open(const char *root, bool version2)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/proc/self/mountinfo", root);
    return (struct mounts){.file = fopen(path, "re"), .version2 = version2};
}

static bool mounts_next(struct mounts *mounts)
{
    while (mounts->file && getline(&mounts->line, &mounts->room, mounts->file) > 0) {
        free(mounts->point);
        free(mounts->root);
        mounts->point = malloc(mounts->room);
        mounts->root = malloc(mounts->room);
        if (mounts->point && mounts->root && parse_mount(mounts->line, mounts->version2, mounts->point, mounts->root))
            return true;
    }
    return false;
}

static void mounts_close(struct mounts *mounts)
{
    free(mounts->line);
    free(mounts->point);
    free(mounts->root);
    if (mounts->file)
        fclose(mounts->file);
}

/* All mounts of a hierarchy. `strangers`: of those that show another part of the tree the
 * root; else of those that show the group. Returns how many it looked at. */
static int look_at_mounts(const char *root, const char *group, bool version2, bool strangers, struct tightest *tightest)
{
    struct mounts mounts = mounts_open(root, version2);
    int looked = 0;
    while (mounts_next(&mounts)) {
        const char *seen = below(group, mounts.root);
        if (!seen && !strangers)
            continue;
        look_up(root, mounts.point, seen ? seen : "/", version2, tightest);
        looked++;
    }
    mounts_close(&mounts);
    return looked;
}

/* The group of this process below one controller: the line 0:: for version 2,
 * the line that lists cpu for version 1. */
static bool find_group(const char *root, bool version2, char *group, size_t size)
{
    char path[4096], *line = NULL;
    size_t room = 0;
    FILE *file;
    bool found = false;
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    file = fopen(path, "re");
    while (file && !found && getline(&line, &room, file) > 0) {
        char *controllers = strchr(line, ':'), *name;
        if (!controllers || !(name = strchr(++controllers, ':')))
            continue;
        *name++ = '\0';
        name[strcspn(name, "\n")] = '\0';
        found = version2 ? !strncmp(line, "0:", 2) : has_word(controllers, "cpu");
        if (found)
            snprintf(group, size, "%s", name);
    }
    free(line);
    if (file)
        fclose(file);
    return found;
}

double topology_quota(const char *root, char *from, size_t size)
{
    struct tightest tightest = {0, size ? from : NULL, size};
    char group[4096];
    if (tightest.from)
        *from = '\0';
    for (int version = 1; version <= 2; version++)
        if (find_group(root, version == 2, group, sizeof group) &&
            !look_at_mounts(root, group, version == 2, false, &tightest))
            /* In some containers the group's path is the host's, and no mount's root is like
             * it: the roots are then the nearest that can be seen. */
            look_at_mounts(root, group, version == 2, true, &tightest);
    return tightest.cpus;
}

bool topology_group(int version, char *folder, size_t size)
{
    char group[4096];
    struct mounts mounts;
    bool found = false;
    if (!find_group("", version == 2, group, sizeof group))
        return false;
    mounts = mounts_open("", version == 2);
    while (!found && mounts_next(&mounts)) {
        const char *seen = below(group, mounts.root);
        found = seen && (size_t)snprintf(folder, size, "%s%s", mounts.point, strcmp(seen, "/") ? seen : "") < size;
    }
    mounts_close(&mounts);
    return found;
}
